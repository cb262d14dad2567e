/** Bytes in a line of a hex view. */
export const bytesPerLine = 16;

/** One line: the offset, the bytes in two groups of eight, and what of them is printable ASCII. */
export function hexLine(bytes: Uint8Array, line: number): { offset: string; hex: string; ascii: string } {
  const start = line * bytesPerLine;
  const part = bytes.subarray(start, start + bytesPerLine);
  const digits = [...part].map((byte) => byte.toString(16).padStart(2, '0'));
  const hex = [digits.slice(0, 8).join(' '), digits.slice(8).join(' ')].join('  ').padEnd(bytesPerLine * 3, ' ');
  const ascii = [...part].map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return { offset: start.toString(16).padStart(8, '0'), hex, ascii };
}
