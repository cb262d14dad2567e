/**
 * Escape sequences as ECMA-48 and terminals have them: CSI … final byte, strings (OSC, DCS, SOS, PM, APC) up to BEL or ST,
 * and the two-character ones. Also the 8-bit CSI. A sequence cut by the end of the text counts as one.
 */
const SEQUENCES =
  /\x1b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|[ -/]*(?:[0-~]|$))|\x9b[0-?]*[ -/]*(?:[@-~]|$)/g;

/** The text without its escape sequences. */
export function stripAnsi(text: string): string {
  return text.includes('\x1b') || text.includes('\x9b') ? text.replace(SEQUENCES, '') : text;
}

/**
 * How many characters at the end of `text` may be the beginning of an escape sequence that is not complete; 0 when none.
 * Shown, they would appear as stray characters (`[31m`).
 */
export function openSequenceLength(text: string): number {
  const escape = text.lastIndexOf('\x1b');
  if (escape < 0) return 0;
  const rest = text.slice(escape);
  if (rest.length === 1) return 1;
  const kind = rest[1] as string;
  if (kind === '[') return /^\x1b\[[0-?]*[ -/]*$/.test(rest) ? rest.length : 0;
  if (']PX^_'.includes(kind)) return rest.includes('\x07') || rest.includes('\x9c') ? 0 : rest.length;
  return /^\x1b[ -/]+$/.test(rest) ? rest.length : 0;
}
