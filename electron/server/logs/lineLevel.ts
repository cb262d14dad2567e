import {
  detectLevel,
  LEVEL_SEARCH_CHARS,
  LEVEL_SEARCH_JSON_CHARS,
  type LevelNumber,
  levelOfWord,
} from '../../../shared/lib/logLevels.ts';
import {
  CAPITAL_WORDS,
  IS_AFTER,
  IS_BEFORE,
  IS_CAPITAL,
  IS_FIRST_OF_NAME,
  IS_NOTABLE,
  IS_OF_NAME,
  IS_SPACE,
  NOWHERE,
  OTHER_WORDS,
} from './levelTables.ts';

/**
 * The level of a line by its bytes. `detectLevel` says what a level is; this says the same, and looks at the bytes first:
 * a level in capitals, which most loggers write, and a line that cannot have any, are told apart without making a string
 * and without a regular expression. Only what is left (brackets, logfmt, JSON, uncaught errors) is handed on. `hasEscape`: an
 * escape character may be in the line.
 */
export function levelOfLine(bytes: Uint8Array, start: number, end: number, hasEscape: boolean): LevelNumber {
  let first = start;
  const most = Math.min(end, start + LEVEL_SEARCH_CHARS);
  while (first < most && bytes[first] === SPACE) first++;
  if (first === most) return 0;
  if (bytes[first] === BRACE) return levelOfJson(bytes, start, first, end);
  // The inside of a stack trace or a dump.
  if (first - start >= 4 || bytes[start] === TAB) return 0;
  const level = hasEscape ? levelOfText(plain, 0, withoutColours(bytes, start, most)) : levelOfText(bytes, start, most);
  return level ?? detectLevel(text(bytes, start, most));
}

const TAB = 9;
const ESCAPE = 27;
const SPACE = 32;
const QUOTE = 34;
const EQUALS = 61;
const BRACE = 123;

/** The text without its colours, of which levels must not be hidden. */
const plain = Buffer.alloc(LEVEL_SEARCH_CHARS);

/** Undefined: only a closer look can decide. */
function levelOfText(bytes: Uint8Array, start: number, end: number): LevelNumber | undefined {
  // Looked up once: the loop runs for every byte that is logged.
  const isNotable = IS_NOTABLE;
  const isCapital = IS_CAPITAL;
  let isUnsure = IS_FIRST_OF_NAME[bytes[start] as number] === 1 && mayBegin(bytes, start, end);
  for (let i = start; ; ) {
    while (i < end && isNotable[bytes[i] as number] === 0) i++;
    if (i >= end) return isUnsure ? undefined : 0;
    if (isCapital[bytes[i] as number] === 0) {
      isUnsure ||= mayFollow(bytes, i, start, end);
      i++;
      continue;
    }
    let node = i === start || IS_BEFORE[bytes[i - 1] as number] === 1 ? 0 : NOWHERE;
    for (; i < end && isCapital[bytes[i] as number] === 1; i++) {
      if (node !== NOWHERE) node = CAPITAL_WORDS.next[(node << 5) | ((bytes[i] as number) & 31)] as number;
    }
    const level = node === NOWHERE ? 0 : (CAPITAL_WORDS.levels[node] as number);
    if (level > 0 && (i === end || IS_AFTER[bytes[i] as number] === 1)) return level as LevelNumber;
  }
}

/** Whether a level, or an error that nobody caught, may begin the line. */
function mayBegin(bytes: Uint8Array, start: number, end: number): boolean {
  if (isWord(bytes, start, end)) return true;
  if (end - start < 3) return false;
  const first = bytes[start] as number;
  const second = bytes[start + 1] as number;
  if (BEGINNINGS.has((first << 16) | (second << 8) | (bytes[start + 2] as number) | 0x202020)) return true;
  // klog: a letter and digits.
  if ((first === 69 || first === 70 || first === 73 || first === 87) && second >= 48 && second <= 57) return true;
  let i = start;
  while (i < end && IS_OF_NAME[bytes[i] as number] === 1) i++;
  // …Error, …Exception.
  if (i - start < 5 || bytes[i - 2] !== 111) return false;
  return bytes[i - 1] === 114 ? bytes[i - 3] === 114 : bytes[i - 1] === 110 && bytes[i - 3] === 105;
}

/** Whether a level may follow a byte that is {@link IS_NOTABLE} and no letter. */
function mayFollow(bytes: Uint8Array, at: number, start: number, end: number): boolean {
  const byte = bytes[at];
  if (byte === EQUALS) {
    // level=, lvl=, severity=
    const last = at > start ? bytes[at - 1] : 0;
    return last === 108 || last === 121;
  }
  let i = at + 1;
  if (byte !== TAB) while (i < end && IS_SPACE[bytes[i] as number] === 1) i++;
  return isWord(bytes, i, end);
}

/** A word of {@link OTHER_WORDS} stands there, in any case; more letters may follow. */
function isWord(bytes: Uint8Array, start: number, end: number): boolean {
  let node = 0;
  for (let i = start; i < end; i++) {
    const letter = (bytes[i] as number) & 0xdf;
    if (letter < 65 || letter > 90) return false;
    node = OTHER_WORDS.next[(node << 5) | (letter & 31)] as number;
    if (node === NOWHERE) return false;
    if ((OTHER_WORDS.levels[node] as number) > 0) return true;
  }
  return false;
}

/** First letters of lines that are looked at closely: npm, and what languages print for what nobody caught. */
const BEGINNINGS = new Set(
  ['npm', 'tra', 'unh', 'unc', 'cau', 'thr', 'php'].map(
    (word) => (word.charCodeAt(0) << 16) | (word.charCodeAt(1) << 8) | word.charCodeAt(2),
  ),
);

function levelOfJson(bytes: Uint8Array, start: number, brace: number, end: number): LevelNumber {
  const most = Math.min(end, start + LEVEL_SEARCH_JSON_CHARS);
  for (let i = brace + 1; i + 1 < most; i++) {
    if (bytes[i] !== QUOTE) continue;
    const next = bytes[i + 1];
    // "level, "lvl, "loglevel; "severity; "SeverityText; "@l
    if (next !== 108 && next !== 115 && next !== 83 && next !== 64) continue;
    const after = (bytes[i + 2] as number) | 0x20;
    if (after !== 101 && after !== 118 && after !== 111 && after !== 108) continue;
    const word = wordOfLevel(bytes, i, most);
    if (word !== '') return levelOfWord(word);
    // No level stands before it; the brace makes JSON of it again.
    return detectLevel(`{${text(bytes, i, most)}`);
  }
  return 0;
}

/** The word of `"level":"…"` that begins at `at`, the way it is nearly always written; empty when it is something else. */
function wordOfLevel(bytes: Uint8Array, at: number, end: number): string {
  for (let i = 0; i < LEVEL_KEY.length; i++) if (bytes[at + i] !== LEVEL_KEY[i]) return '';
  const from = at + LEVEL_KEY.length;
  let i = from;
  while (i < end && isLetter(bytes[i] as number)) i++;
  return i < end && bytes[i] === QUOTE && i - from <= MAX_LEVEL_LETTERS ? text(bytes, from, i) : '';
}

const LEVEL_KEY = Buffer.from('"level":"');

/** Letters of a level in JSON at most, as `detectLevel` has it. */
const MAX_LEVEL_LETTERS = 13;

function isLetter(byte: number): boolean {
  const letter = byte & 0xdf;
  return letter >= 65 && letter <= 90;
}

/** Copies a text of at most {@link LEVEL_SEARCH_CHARS} bytes into {@link plain} without its colours; returns where it ends there. */
function withoutColours(bytes: Uint8Array, start: number, end: number): number {
  let to = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === ESCAPE && bytes[i + 1] === 91) {
      let last = i + 2;
      while (last < end && isOfColour(bytes[last] as number)) last++;
      if (last < end && bytes[last] === 109) {
        i = last;
        continue;
      }
    }
    plain[to++] = byte;
  }
  return to;
}

/** A digit or a semicolon. */
function isOfColour(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || byte === 59;
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.isBuffer(bytes)
    ? bytes.toString('latin1', start, end)
    : Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
