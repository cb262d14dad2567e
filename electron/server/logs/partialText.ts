import { openSequenceLength } from '../../../shared/lib/ansiText.ts';

/** Text of an unfinished line: a character or escape code that is not complete yet is held back. */
export function partialText(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
  const open = openSequenceLength(text);
  return open > 0 ? text.slice(0, -open) : text;
}
