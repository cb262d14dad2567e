import type { CallDraft } from './callDraft.ts';

/** Text as one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The URL of a call through the gateway, e.g. `http://127.0.0.1:8080/orders/list?page=2`. */
export function gatewayUrl(gateway: string, { service, path }: Pick<CallDraft, 'service' | 'path'>): string {
  return `${gateway.replace(/\/$/, '')}/${service}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** The same call as a command for a POSIX shell. */
export function toCurl(
  gateway: string,
  draft: Pick<CallDraft, 'service' | 'method' | 'path' | 'headers' | 'body'>,
): string {
  const words = ['curl'];
  // curl sends GET by itself, and POST once there is a body.
  if (draft.method !== (draft.body === '' ? 'GET' : 'POST')) words.push('-X', draft.method);
  words.push(quoted(gatewayUrl(gateway, draft)));
  for (const { name, value } of draft.headers) words.push('-H', quoted(`${name}: ${value}`));
  if (draft.body !== '') words.push('--data-raw', quoted(draft.body));
  return words.join(' ');
}
