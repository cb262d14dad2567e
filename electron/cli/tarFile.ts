/** Size of a tar record, bytes. */
const BLOCK = 512;

/** A file to be put in an archive. */
export interface TarEntry {
  /** Relative, with `/`, at most 100 bytes. */
  name: string;
  data: Buffer;
}

/** An archive in the ustar format, not compressed. Files belong to nobody and are readable by all. */
export function tarFile(entries: readonly TarEntry[], modifiedMs: number): Buffer {
  const parts: Buffer[] = [];
  for (const { name, data } of entries) {
    parts.push(header(name, data.length, modifiedMs), data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK));
  }
  // The end is two empty records.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number, modifiedMs: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`the name ${name} is too long for a tar file`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(modifiedMs / 1000), 12), 136);
  block.write('0', 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  // The sum is taken as if its own field held spaces.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
