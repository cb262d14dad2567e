/** More lines than this are asked about even where nothing runs by itself. */
const MANY_LINES = 50;

/** More characters than this are asked about: nobody means to paste a whole file into a prompt. */
const MANY_CHARS = 100_000;

/** Lines of a paste that the question shows. */
const SHOWN_LINES = 8;

/** Characters of a line that the question shows. */
const SHOWN_CHARS = 120;

/**
 * Text as it may be pasted: without control characters, tab and line ends excepted. An escape in copied text could end
 * the paste early and have the rest run as commands (as U+009B alone can), and no one sees it in what they copy.
 */
export function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** What has to be asked before a paste; undefined: nothing. `bracketed`: the program takes it as one piece of text. */
export function pasteQuestion(
  text: string,
  bracketed: boolean,
): { title: string; text: string; lines: string[] } | undefined {
  const lines = text.replace(/\n$/, '').split('\n');
  const runs = !bracketed && text.includes('\n');
  if (!runs && lines.length <= MANY_LINES && text.length <= MANY_CHARS) return undefined;
  const shown = lines
    .slice(0, SHOWN_LINES)
    .map((line) => (line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line));
  if (lines.length > SHOWN_LINES) shown.push(`… ${lines.length - SHOWN_LINES} more lines`);
  const amount =
    lines.length > 1 ? `${lines.length.toLocaleString('en')} lines` : `${text.length.toLocaleString('en')} characters`;
  return {
    title: `Paste ${amount}?`,
    text: runs
      ? 'What runs here takes each line as if Enter was pressed after it.'
      : 'It goes to what runs in this terminal as one piece of text.',
    lines: shown,
  };
}

/** The text in one line: line ends become spaces. */
export function asOneLine(text: string): string {
  return text.trim().replace(/[ \t]*\n\s*/g, ' ');
}
