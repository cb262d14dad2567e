/** The head of an answer in HTTP/1.x, and what it says about its own framing. */
export interface AnswerHead {
  status: number;
  reason: string;
  /** Flat list of names and values, in order and spelling of the service; bytes as Latin-1. */
  headers: string[];
  /** What `Connection` says, in lower case; undefined when it is missing. */
  connection: string | undefined;
  /** The content type in lower case; empty when it is missing. */
  contentType: string;
  /** Whether the service says itself which pages may read the answer. */
  namesOrigin: boolean;
  /** Whether the connection is good for another request after this answer. */
  keepsAlive: boolean;
  /** ms that the service says it keeps an idle connection; undefined when it does not say. */
  idleMs: number | undefined;
}

/** An answer that is not HTTP, or that two readers could read in two ways. */
export class InvalidAnswer extends Error {}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: (.*))?$/;

/** What a head says of the end of its body, where that is no number of bytes. */
export const CHUNKED = -1;
export const UNTIL_CLOSE = -2;

/** Reads the lines of a head, without the empty line behind it; its framing is still to be read. Throws {@link InvalidAnswer}. */
export function parseHead(text: string): AnswerHead {
  const lines = text.split('\n');
  const match = STATUS_LINE.exec(withoutReturn(lines[0] as string));
  if (!match) throw new InvalidAnswer('no status line');
  const headers: string[] = [];
  for (let i = 1; i < lines.length; i++) readField(withoutReturn(lines[i] as string), headers);
  return {
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers,
    connection: undefined,
    contentType: '',
    namesOrigin: false,
    keepsAlive: match[1] === '1',
    idleMs: undefined,
  };
}

/** Reads what the headers say about the answer itself; returns the length of the body, CHUNKED or UNTIL_CLOSE. */
export function readFraming(head: AnswerHead): number {
  const { headers } = head;
  let length: string | undefined;
  let coding: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] as string;
    switch ((headers[i] as string).toLowerCase()) {
      case 'content-length':
        if (length !== undefined) throw new InvalidAnswer('it has two lengths');
        length = value;
        break;
      case 'transfer-encoding':
        coding = coding === undefined ? value : `${coding}, ${value}`;
        break;
      case 'connection':
        head.connection = `${head.connection === undefined ? '' : `${head.connection}, `}${value.toLowerCase()}`;
        break;
      case 'keep-alive': {
        const seconds = /timeout=(\d{1,6})/i.exec(value)?.[1];
        if (seconds !== undefined) head.idleMs = Number(seconds) * 1000;
        break;
      }
      case 'content-type':
        head.contentType = value.toLowerCase();
        break;
      case 'access-control-allow-origin':
        head.namesOrigin = true;
        break;
    }
  }
  if (head.connection !== undefined) {
    if (/(^|,)\s*close\s*(,|$)/.test(head.connection)) head.keepsAlive = false;
    else if (/(^|,)\s*keep-alive\s*(,|$)/.test(head.connection)) head.keepsAlive = true;
  }
  if (coding !== undefined) {
    if (length !== undefined) throw new InvalidAnswer('it has both a length and a transfer coding');
    if (coding.toLowerCase() !== 'chunked') throw new InvalidAnswer(`its transfer coding "${coding}" is not known`);
    return CHUNKED;
  }
  if (length === undefined) return UNTIL_CLOSE;
  if (!/^\d{1,15}$/.test(length)) throw new InvalidAnswer(`its length "${length}" is no number`);
  return Number(length);
}

/** Reads a line `name: value` into a flat list. Throws {@link InvalidAnswer}. */
export function readField(line: string, into: string[]): void {
  const colon = line.indexOf(':');
  const name = colon > 0 ? line.slice(0, colon) : '';
  if (!TOKEN.test(name)) throw new InvalidAnswer('a header has no valid name');
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
  if (NO_VALUE.test(value)) throw new InvalidAnswer(`the value of the header "${name}" has control characters`);
  into.push(name, value);
}

/** A line without the carriage return of its end. */
export function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
