/** Where a text stops being JSON, and what should stand there. */
export interface JsonError {
  /** Characters before the place. */
  readonly position: number;
  readonly expected: string;
}

const space = /[\t\n\r ]*/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

/** Thrown from any depth to the top; not part of what callers see. */
class Unexpected extends Error {
  constructor(
    readonly position: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

/**
 * Finds the first place where a text is no JSON (RFC 8259); undefined when all of it is. The browser's own parser says what
 * is wrong, but not always where.
 */
export function findJsonError(text: string): JsonError | undefined {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match !== null;
  };
  const take = (character: string): boolean => {
    skip(space);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const fail = (expected: string): never => {
    skip(space);
    throw new Unexpected(at, expected);
  };
  const list = (end: string, item: () => void): void => {
    if (take(end)) return;
    do item();
    while (take(','));
    if (!take(end)) fail(`"," or "${end}"`);
  };
  const value = (): void => {
    skip(space);
    if (take('{')) {
      list('}', () => {
        skip(space);
        if (!skip(string)) fail('a name in double quotes');
        if (!take(':')) fail('":"');
        value();
      });
    } else if (take('[')) list(']', value);
    else if (!skip(string) && !skip(number) && !skip(word)) fail(text[at] === '"' ? 'the end of the text' : 'a value');
  };
  try {
    value();
    skip(space);
    if (at < text.length) fail('nothing more');
    return undefined;
  } catch (error) {
    // The only other error is a nesting too deep for the stack, which the server will tell of.
    return error instanceof Unexpected ? { position: error.position, expected: error.expected } : undefined;
  }
}
