/** How the scanner stands between two bytes; see ECMA-48. */
const At = {
  ground: 0,
  escape: 1,
  /** `ESC [` and only numbers so far: the codes of colours look like this. */
  csi: 2,
  /** A control sequence that is no colour, up to its last byte. */
  otherCsi: 3,
  /** `ESC` and characters that belong to it. */
  escapeMore: 4,
  /** The text of an OSC. */
  osc: 5,
  /** Anything else that only an escape character is sure to end. */
  string: 6,
  /** The first byte of U+0080 to U+00BF, of which some are control characters. */
  wide: 7,
} as const;

type State = (typeof At)[keyof typeof At];

const BEL = 7;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const CANCEL = 24;
const SUBSTITUTE = 26;
const ESCAPE = 27;

/** What a piece of output consists of. */
export interface OutputShape {
  /** Nothing but text, line ends, tabs and colours: it only ever adds lines at the cursor. */
  isPlain: boolean;
  lines: number;
  /** The place after its first `\r\n`, where the cursor begins a line and nothing is left half said; -1 without one. */
  firstCut: number;
  /** Lines that end up to there. */
  cutLines: number;
}

/**
 * Tells which pieces of a terminal's output are plain. It keeps its place between pieces, so that they may be cut anywhere.
 * Where it is not sure (a string that does not end) it says no: whoever asks leaves out what is plain.
 */
export class PlainOutput {
  private at: State = At.ground;
  private returned = false;

  scan(data: Uint8Array): OutputShape {
    let { at, returned } = this;
    let isPlain = at === At.ground || at === At.wide || at === At.escape || at === At.csi;
    let lines = 0;
    let firstCut = -1;
    let cutLines = 0;
    for (let i = 0; i < data.length; i++) {
      const byte = data[i] as number;
      if (at === At.ground) {
        if (byte >= 32) {
          if (byte === 0xc2) at = At.wide;
        } else if (byte === NEWLINE) {
          lines++;
          if (returned && firstCut < 0) {
            firstCut = i + 1;
            cutLines = lines;
          }
        } else if (byte === ESCAPE) at = At.escape;
        else if (byte !== RETURN && byte !== TAB && byte !== BEL) isPlain = false;
        returned = byte === RETURN;
        continue;
      }
      const next = nextOf(at, byte);
      // The last byte of a colour is the only thing that may follow its numbers and leave the piece plain.
      if (next !== At.csi && next !== At.escape && !(at === At.csi && byte === 109) && !isWideText(at, next)) {
        isPlain = false;
      }
      at = next;
    }
    this.at = at;
    this.returned = returned;
    return { isPlain: isPlain && at !== At.osc && at !== At.string, lines, firstCut, cutLines };
  }
}

function isWideText(at: State, next: State): boolean {
  return at === At.wide && next === At.ground;
}

function nextOf(at: State, byte: number): State {
  if (byte === ESCAPE) return At.escape;
  if (at === At.wide) return byte >= 0xa0 && byte < 0xc0 ? At.ground : At.string;
  if (at === At.string) return At.string;
  if (byte === CANCEL || byte === SUBSTITUTE) return At.ground;
  if (at === At.osc) return byte === BEL ? At.ground : At.osc;
  if (byte >= 128) return At.string;
  switch (at) {
    case At.escape:
      if (byte === 91) return At.csi;
      if (byte === 93) return At.osc;
      if (byte === 80 || byte === 88 || byte === 94 || byte === 95) return At.string;
      return byte < 48 ? At.escapeMore : At.ground;
    case At.escapeMore:
      return byte < 48 ? At.escapeMore : At.ground;
    case At.csi:
      if (byte >= 48 && byte <= 59) return At.csi;
      return byte >= 64 ? At.ground : At.otherCsi;
    default:
      return byte >= 64 ? At.ground : At.otherCsi;
  }
}
