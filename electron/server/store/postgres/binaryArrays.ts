/** Postgres' numbers of the types of elements. */
const TYPES = { boolean: 16, bytes: 17, text: 25, int: 23, double: 701 } as const;

/**
 * Arrays in the form in which Postgres takes them as they are: as text, bytes would double in size and be read character by
 * character. A field of null is null.
 */
export const binaryArrays = {
  booleans: (items: readonly boolean[]): Buffer =>
    encode(
      'boolean',
      items.map((item) => Buffer.from([item ? 1 : 0])),
    ),
  ints: (items: readonly number[]): Buffer => encode('int', items.map(int)),
  doubles: (items: readonly (number | null)[]): Buffer => encode('double', items.map(double)),
  texts: (items: readonly string[]): Buffer =>
    encode(
      'text',
      items.map((item) => Buffer.from(item, 'utf8')),
    ),
  bytes: (items: readonly Uint8Array[]): Buffer => encode('bytes', items),
};

/** Dimensions, whether there are nulls, type; size and first index; then each with its length. */
function encode(type: keyof typeof TYPES, items: readonly (Uint8Array | null)[]): Buffer {
  const head = [items.length === 0 ? 0 : 1, items.includes(null) ? 1 : 0, TYPES[type], items.length, 1];
  const parts: Uint8Array[] = head.slice(0, items.length === 0 ? 3 : 5).map(int);
  for (const item of items) {
    parts.push(int(item === null ? -1 : item.length));
    if (item !== null) parts.push(item);
  }
  return Buffer.concat(parts);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function double(value: number | null): Buffer | null {
  if (value === null) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}
