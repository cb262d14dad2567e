/**
 * Escape sequences: CSI, OSC and the other strings (ended by BEL or ST), and two-character ones. A sequence that is cut off
 * at the end of the line counts as well.
 */
const ESCAPE = new RegExp(
  ['\\x1b\\[[0-?]*[ -/]*[@-~]?', '\\x1b[\\]PX^_][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\|\\x1b|$)', '\\x1b[ -/]*[0-~]?'].join(
    '|',
  ),
  'g',
);

/** Colours and styles: the only sequences that cannot move the cursor, set a title or reach the clipboard. */
const SGR = /^\x1b\[[0-9;:]*m$/;

/** Control characters that a terminal acts on, the 8-bit ones included (U+009B opens a sequence as well); tab excepted. */
const CONTROL = /[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]/g;

/** Ends all colours, so that an unfinished one does not run into our own text. */
const RESET = '\x1b[0m';

/**
 * A line of a log as it may be written to a terminal: its colours at most, nothing else that a terminal would obey. A log
 * line is data of a program, and whoever can write into a log must not be able to work the terminal of its reader.
 */
export function printableText(text: string, keepColours: boolean): string {
  if (!/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(text)) return text;
  let hasColour = false;
  const clean = text.replace(ESCAPE, (sequence) => {
    if (!keepColours || !SGR.test(sequence)) return '';
    hasColour = true;
    return sequence;
  });
  return clean.replace(CONTROL, '') + (hasColour ? RESET : '');
}
