/** A stretch of JSON text with the sort of thing it is. */
export interface JsonToken {
  readonly text: string;
  readonly sort: 'key' | 'string' | 'number' | 'word' | 'other';
}

const token = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Cuts JSON text into stretches to be coloured; together they are the text again. */
export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  let at = 0;
  for (const match of text.matchAll(token)) {
    if (match.index > at) tokens.push({ text: text.slice(at, match.index), sort: 'other' });
    const [whole, string, colon, number] = match;
    if (string !== undefined) {
      tokens.push({ text: string, sort: colon === undefined ? 'string' : 'key' });
      if (colon !== undefined) tokens.push({ text: colon, sort: 'other' });
    } else tokens.push({ text: whole, sort: number === undefined ? 'word' : 'number' });
    at = match.index + whole.length;
  }
  if (at < text.length) tokens.push({ text: text.slice(at), sort: 'other' });
  return tokens;
}
