/** How a stretch of text is drawn. Colours are CSS values; a named ANSI colour is a theme variable. */
export interface AnsiStyle {
  readonly fg?: string;
  readonly bg?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}

/** A styled stretch: characters `start` (inclusive) to `end` (exclusive) of {@link AnsiText.plain}. */
export interface AnsiSpan {
  readonly start: number;
  readonly end: number;
  readonly style: AnsiStyle;
}

/** A log line taken apart: its characters without escape codes, and where which style applies. */
export interface AnsiText {
  readonly plain: string;
  readonly spans: readonly AnsiSpan[];
}

const escape = '\u001b';

/**
 * One escape sequence (ECMA-48) at the current place: CSI (group 1 = parameters, 2 = final byte), a string such as OSC or
 * DCS up to BEL or ST (or up to the end of the line, so that a cut one swallows nothing of the next), or any other escape.
 * Both the 7-bit and the 8-bit introducers count.
 */
const sequence = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)([0-?]*)[ -/]*([@-~])',
    '(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c|$)',
    '\\u001b[ -/]*[0-~]',
    '\\u001b|\\u009b',
  ].join('|'),
  'gu',
);

/** The six levels of each channel in the 256-colour cube (xterm's values). */
const cubeLevels = [0, 95, 135, 175, 215, 255];

function indexedColour(index: number): string | undefined {
  if (!Number.isInteger(index) || index < 0 || index > 255) return undefined;
  if (index < 16) return `var(--ansi-${index})`;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const cube = index - 16;
  const red = cubeLevels[Math.floor(cube / 36)] ?? 0;
  const green = cubeLevels[Math.floor(cube / 6) % 6] ?? 0;
  const blue = cubeLevels[cube % 6] ?? 0;
  return `rgb(${red} ${green} ${blue})`;
}

interface MutableStyle {
  fg?: string | undefined;
  bg?: string | undefined;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  inverse?: boolean;
}

/** Reads `38;5;N`, `38;2;R;G;B` and their colon forms from `codes[at]` on; returns the colour and how many codes it took. */
function extendedColour(codes: readonly number[], at: number): { colour: string | undefined; used: number } {
  if (codes[at + 1] === 5) return { colour: indexedColour(codes[at + 2] ?? 0), used: 2 };
  if (codes[at + 1] === 2) {
    const channels = [codes[at + 2] ?? 0, codes[at + 3] ?? 0, codes[at + 4] ?? 0];
    const valid = channels.every((channel) => channel >= 0 && channel <= 255);
    return { colour: valid ? `rgb(${channels.join(' ')})` : undefined, used: 4 };
  }
  return { colour: undefined, used: codes.length };
}

/** Splits SGR parameters. A colon group (`38:2::R:G:B`) is brought into the semicolon form. */
function sgrCodes(parameters: string): number[] {
  return parameters.split(';').flatMap((group) => {
    const parts = group.split(':');
    if (parts.length === 1) return [Number(group || '0')];
    const numbers = parts.map((part) => Number(part || '0'));
    // 38:2:<colour space>:R:G:B carries one more field than 38;2;R;G;B.
    if ((numbers[0] === 38 || numbers[0] === 48) && numbers[1] === 2 && numbers.length >= 6) numbers.splice(2, 1);
    if (numbers[0] === 4) return [numbers[1] === 0 ? 24 : 4];
    return numbers;
  });
}

function applySgr(style: MutableStyle, parameters: string): MutableStyle {
  let next: MutableStyle = { ...style };
  const codes = sgrCodes(parameters);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4 || code === 21) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 9) next.strike = true;
    else if (code === 22) {
      delete next.bold;
      delete next.dim;
    } else if (code === 23) delete next.italic;
    else if (code === 24) delete next.underline;
    else if (code === 27) delete next.inverse;
    else if (code === 29) delete next.strike;
    else if (code >= 30 && code <= 37) next.fg = indexedColour(code - 30);
    else if (code >= 90 && code <= 97) next.fg = indexedColour(code - 82);
    else if (code >= 40 && code <= 47) next.bg = indexedColour(code - 40);
    else if (code >= 100 && code <= 107) next.bg = indexedColour(code - 92);
    else if (code === 39) delete next.fg;
    else if (code === 49) delete next.bg;
    else if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(codes, at);
      if (code === 38) next.fg = colour;
      else next.bg = colour;
      at += used;
    }
  }
  return next;
}

function frozenStyle(style: MutableStyle): AnsiStyle | undefined {
  const entries = Object.entries(style).filter(([, value]) => value !== undefined && value !== false);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as AnsiStyle);
}

/**
 * Takes a log line apart. Colours and text attributes (SGR) become spans; every other escape code is left out, for a log
 * is not a screen. Text never becomes markup: the result is characters and offsets.
 */
export function parseAnsi(text: string): AnsiText {
  if (!text.includes(escape) && !/[\u0080-\u009f]/u.test(text)) return { plain: text, spans: [] };
  const spans: AnsiSpan[] = [];
  let plain = '';
  let style: MutableStyle = {};
  let from = 0;
  const take = (until: number): void => {
    if (until <= from) return;
    const start = plain.length;
    plain += text.slice(from, until);
    const current = frozenStyle(style);
    if (current) spans.push({ start, end: plain.length, style: current });
  };
  for (const match of text.matchAll(sequence)) {
    take(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm' && !/[<-?]/u.test(match[1] ?? '')) style = applySgr(style, match[1] ?? '');
  }
  take(text.length);
  return { plain, spans };
}

/** The characters of a line without its escape codes. */
export function stripAnsi(text: string): string {
  return parseAnsi(text).plain;
}

/**
 * What is put on the screen for plain text: each control character as its visible picture and each character that
 * reverses the reading direction as a mark, one for one, so that offsets stay the same and binary output cannot disturb
 * the view. Tabs stay.
 */
export function visibleText(plain: string): string {
  return plain.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return '\u2426';
  });
}
