import { findJsonError } from './jsonError.ts';

/** Strings, other values, and the signs between them. */
const token = /"(?:\\.|[^"\\])*"|[^\s{}[\]:,"]+|[{}[\]:,]/g;

/**
 * JSON with two spaces a level. Numbers and texts stay as they were written: going through `JSON.parse` would round long
 * numbers and change escapes. The text must be JSON, see {@link jsonProblemAt}.
 */
export function prettyJson(text: string): string {
  const tokens = text.match(token) ?? [];
  let out = '';
  let level = 0;
  const line = (): string => `\n${'  '.repeat(level)}`;
  for (const [i, part] of tokens.entries()) {
    const next = tokens[i + 1];
    if (part === '{' || part === '[') {
      const isEmpty = next === '}' || next === ']';
      level += 1;
      out += isEmpty ? part : part + line();
    } else if (part === '}' || part === ']') {
      level -= 1;
      const before = tokens[i - 1];
      out += before === '{' || before === '[' ? part : line() + part;
    } else if (part === ',') out += part + line();
    else if (part === ':') out += ': ';
    else out += part;
  }
  return out;
}

/** JSON without any space between its parts, which stay as they were written. */
export function compactJson(text: string): string {
  return (text.match(token) ?? []).join('');
}

/** What is wrong with a text that should be JSON, with line and column; undefined when nothing is. */
export function jsonProblemAt(text: string): string | undefined {
  const error = findJsonError(text);
  if (!error) return undefined;
  const before = text.slice(0, error.position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: expected ${error.expected}`;
}
