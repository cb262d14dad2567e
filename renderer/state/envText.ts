/** Variables written one a line as `NAME=value`, or the first line that is not one (counted from 1). */
export function parseEnvText(text: string): { env: Record<string, string> } | { problem: string } {
  const env: Record<string, string> = {};
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const name = line.slice(0, equals);
    if (equals < 1 || !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
      return { problem: `line ${index + 1} is not NAME=value: ${line}` };
    }
    env[name] = line.slice(equals + 1);
  }
  return { env };
}

/**
 * The words of a command line: divided by spaces, kept together by single or double quotes, a backslash takes the next
 * character as it is (outside of single quotes). A quote that is not closed is a problem.
 */
export function parseArgs(text: string): { args: string[] } | { problem: string } {
  const args: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && i + 1 < text.length) word = (word ?? '') + text.charAt(++i);
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && i + 1 < text.length) word = (word ?? '') + text.charAt(++i);
    else if (/\s/.test(char)) {
      if (word !== undefined) args.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') return { problem: `the quote ${quote} is not closed` };
  if (word !== undefined) args.push(word);
  return { args };
}
