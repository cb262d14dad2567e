/** Bytes turned into text at once: more arguments than this a function cannot take everywhere. */
const bytesAtOnce = 32_768;

/** An image as a data address; the page may load images from nowhere else. */
export function dataUrl(bytes: Uint8Array, type: string): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += bytesAtOnce) {
    text += String.fromCharCode(...bytes.subarray(at, at + bytesAtOnce));
  }
  return `data:${type};base64,${btoa(text)}`;
}
