/** An HTTP call that is written as a command line. */
export interface CurlCall {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** `undefined`: bytes that are no text, or too many; the command reads them from the file `body`. */
  readonly body: string | undefined;
}

/** Text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A call as a command line for curl in a POSIX shell, which sends the same bytes: curl has a will of its own in several things. */
export function curlCommand({ method, url, headers, body }: CurlCall): string {
  const words = ['curl', '-sS'];
  // `-X HEAD` would wait for a body that never comes.
  const isHead = method === 'HEAD';
  const hasBody = body !== '' && !isHead;
  if (isHead) words.push('-I');
  // curl sends GET by itself, and POST once there is a body.
  else if (method !== (hasBody ? 'POST' : 'GET')) words.push('-X', shellWord(method));
  // Else these stand for several URLs.
  if (/[[\]{}]/.test(url)) words.push('--globoff');
  // Else curl goes up by itself, and asks for another path.
  if (/\/\.\.?(?:[/?#]|$)/.test(url)) words.push('--path-as-is');
  // `name:` takes a header away; an empty one is written so.
  for (const { name, value } of headers) words.push('-H', shellWord(value === '' ? `${name};` : `${name}: ${value}`));
  if (hasBody) {
    // Else curl says that it is a form.
    if (!headers.some(({ name }) => name.toLowerCase() === 'content-type')) words.push('-H', 'content-type:');
    if (body === undefined) words.push('--data-binary', '@body');
    else words.push('--data-raw', shellWord(body));
  }
  return [...words, shellWord(url)].join(' ');
}
