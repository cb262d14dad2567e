import { serviceColourIndex } from '../../shared/lib/serviceColour.ts';
import type { LogRecord } from '../../shared/contract/gen/logs_pb.ts';
import type { Colours } from './colours.ts';
import { displayWidth } from './displayWidth.ts';
import { printableText } from './terminalText.ts';

/** Where a {@link LogPrinter} writes to. */
export interface LogTarget {
  write(text: string): void;
  colours: Colours;
  /** A person watches: an unfinished line (a prompt, progress dots) is shown as it grows. */
  isTerminal: boolean;
}

/** How lines look. */
export interface LogStyle {
  json: boolean;
  /** A name before each line. */
  names: readonly string[] | 'all' | 'none';
  times: boolean;
}

/** Names longer than this are not padded to. */
const MAX_NAME_WIDTH = 20;

/**
 * Prints log records, each exactly once. A partial record (a line without its end yet) comes again when it grows: on a
 * terminal only what is new of it is written; elsewhere it waits until it is whole, or until {@link finish}.
 */
export class LogPrinter {
  /** Partial lines not written yet, by service, run and line. */
  private readonly waiting = new Map<string, LogRecord>();
  /** The line that stands unfinished on the terminal. */
  private open: { key: string; text: string } | undefined;
  /** Unfinished lines that another line cut off; only their rest is still to be written. */
  private readonly cutOff = new Map<string, string>();
  private nameWidth: number;

  constructor(
    private readonly target: LogTarget,
    private readonly style: LogStyle,
    private readonly showsGrowth: boolean,
  ) {
    const names = Array.isArray(style.names) ? (style.names as readonly string[]) : [];
    this.nameWidth = Math.min(MAX_NAME_WIDTH, Math.max(0, ...names.map(displayWidth)));
  }

  print(record: LogRecord): void {
    const key = `${record.service}\0${record.run}\0${record.line}`;
    if (this.showsGrowth && this.target.isTerminal && !this.style.json) {
      this.printGrowing(key, record);
      return;
    }
    this.waiting.delete(key);
    if (record.partial) this.waiting.set(key, record);
    else this.target.write(`${this.lineOf(record)}\n`);
  }

  /** Writes what is left unfinished; nothing comes after. */
  finish(): void {
    if (this.open) this.target.write('\n');
    this.open = undefined;
    for (const record of this.waiting.values()) this.target.write(`${this.lineOf(record)}\n`);
    this.waiting.clear();
  }

  private printGrowing(key: string, record: LogRecord): void {
    const line = this.lineOf(record);
    const shown = this.open?.key === key ? this.open.text : this.cutOff.get(key);
    if (this.open && this.open.key !== key) {
      this.target.write('\n');
      this.cutOff.set(this.open.key, this.open.text);
      this.open = undefined;
    }
    const rest = shown !== undefined && line.startsWith(shown) ? line.slice(shown.length) : line;
    // A line that changed at its beginning (progress that was drawn over) is written anew over itself.
    const redraw = this.open !== undefined && shown !== undefined && !line.startsWith(shown);
    if (record.partial) {
      this.target.write(redraw ? `\r\x1b[K${line}` : rest);
      this.open = { key, text: line };
      this.cutOff.delete(key);
      return;
    }
    if (redraw) this.target.write(`\r\x1b[K${line}\n`);
    else if (this.open || rest !== '' || shown === undefined) this.target.write(`${rest}\n`);
    this.open = undefined;
    this.cutOff.delete(key);
  }

  private lineOf(record: LogRecord): string {
    if (this.style.json) return JSON.stringify(logRecordJson(record));
    const { colours } = this.target;
    const time = this.style.times ? `${colours.dim(isoTimeOf(record))} ` : '';
    const text = printableText(record.text, colours.isColorSupported);
    const cut = record.trueBytes > 0 ? colours.dim(` … (${record.trueBytes} bytes in all)`) : '';
    const body = record.stream === 'micro' ? colours.dim(`micro: ${text}`) : text;
    return `${this.prefix(record)}${time}${body}${cut}`;
  }

  private prefix(record: LogRecord): string {
    if (this.style.names === 'none') return '';
    const width = displayWidth(record.service);
    if (width > this.nameWidth) this.nameWidth = Math.min(MAX_NAME_WIDTH, width);
    const name = record.service + ' '.repeat(Math.max(0, this.nameWidth - width));
    return `${serviceColour(this.target.colours, record.service)(name)} `;
  }
}

/** A record in the shape of `micro logs --json`. */
export function logRecordJson(record: LogRecord): Record<string, unknown> {
  return {
    time: isoTimeOf(record),
    service: record.service,
    run: record.run,
    stream: record.stream,
    line: record.line,
    level: record.level,
    text: record.text,
    ...(record.partial ? { partial: true } : {}),
    ...(record.trueBytes > 0 ? { trueBytes: record.trueBytes } : {}),
  };
}

function isoTimeOf(record: LogRecord): string {
  return new Date(Math.floor(record.timeUs / 1000)).toISOString();
}

/** The colour of a service's name, the same in every command. */
export function serviceColour(colours: Colours, service: string): (text: string) => string {
  const palette = [
    colours.cyan,
    colours.yellow,
    colours.green,
    colours.magenta,
    colours.blue,
    colours.cyanBright,
    colours.yellowBright,
    colours.greenBright,
    colours.magentaBright,
    colours.blueBright,
  ];
  return palette[serviceColourIndex(service) % palette.length] as (text: string) => string;
}
