import { parseTime } from './parseTime.ts';
import { usageError } from './usageError.ts';

/** Lines shown when neither a number nor a time is asked for; enough to see why something stopped. */
export const DEFAULT_LINES = 100;

/** Severities in rising order. */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** A log request made of options, without the names. */
export interface LogRequest {
  query: {
    run: number;
    sinceUs: number;
    untilUs: number;
    levels: string[];
    text: string;
    regex: string;
    caseSensitive: boolean;
    stream: string;
    before: number;
    after: number;
  };
  /** As ReadLogsRequest has it: the last N; 0 from the start; -1 only what follows. */
  tail: number;
  follow: boolean;
  countOnly: boolean;
}

/** Options of `micro logs` as commander names them. */
export interface LogOptions {
  lines?: string;
  follow?: boolean;
  run?: string;
  all?: boolean;
  count?: boolean;
  since?: string;
  until?: string;
  grep?: string;
  regex?: string;
  caseSensitive?: boolean;
  level?: string;
  stream?: string;
  context?: string;
  export?: string;
  force?: boolean;
}

/** The request that the options of `micro logs` mean; throws for options that contradict each other. */
export function parseLogOptions(options: LogOptions, now: number): LogRequest {
  const { follow = false, count: countOnly = false } = options;
  refuseContradictions(options);
  const around = options.context === undefined ? 0 : parseCount('context', options.context);
  return {
    query: {
      run: parseRun(options.run),
      ...parseTimes(options, now),
      levels: parseLevels(options.level),
      text: options.grep ?? '',
      regex: options.regex ?? '',
      caseSensitive: options.caseSensitive === true,
      stream: parseStream(options.stream),
      before: around,
      after: around,
    },
    tail: parseTail(options),
    follow,
    countOnly,
  };
}

/** Pairs of options of which one would do nothing, each with what to do instead. */
const EXCLUDING: readonly [keyof LogOptions, keyof LogOptions, string][] = [
  ['grep', 'regex', 'use --grep for text, --regex for a pattern'],
  ['all', 'lines', 'choose one of them'],
  ['count', 'lines', 'a count is of every line that matches: leave out --lines'],
  ['count', 'context', 'a count is of the lines that match: leave out --context'],
  ['count', 'export', 'choose one of them'],
  ['count', 'follow', 'choose one of them'],
  ['until', 'follow', 'choose one of them'],
  ['export', 'follow', 'to keep what follows: micro logs … -f > FILE'],
];

/** Options that only change what others do, each with these. */
const NEEDING: readonly [option: keyof LogOptions, needs: readonly (keyof LogOptions)[]][] = [
  ['context', ['grep', 'regex', 'level', 'stream']],
  ['caseSensitive', ['grep', 'regex']],
  ['force', ['export']],
];

function refuseContradictions(options: LogOptions): void {
  const isSet = (option: keyof LogOptions): boolean => options[option] !== undefined && options[option] !== false;
  for (const [one, other, next] of EXCLUDING) {
    if (isSet(one) && isSet(other)) throw usageError(`${flag(one)} and ${flag(other)} exclude each other`, next);
  }
  for (const [option, needs] of NEEDING) {
    if (!isSet(option) || needs.some(isSet)) continue;
    throw usageError(`${flag(option)} does nothing by itself`, `give it with ${needs.map(flag).join(' or ')}`);
  }
}

function flag(option: keyof LogOptions): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parseTimes(options: LogOptions, now: number): { sinceUs: number; untilUs: number } {
  const since = options.since === undefined ? 0 : parseTime('since', options.since, now);
  const until = options.until === undefined ? 0 : parseTime('until', options.until, now);
  if (until > 0 && since > until) {
    const asked = `--since "${options.since}" is later than --until "${options.until}"`;
    throw usageError(asked, 'exchange them; a span such as 5m counts back from now');
  }
  return { sinceUs: since * 1000, untilUs: until * 1000 };
}

function parseTail(options: LogOptions): number {
  if (options.lines !== undefined) {
    const lines = parseCount('lines', options.lines);
    return lines === 0 ? -1 : lines;
  }
  // Who names a time, or a file to write to, wants everything of it.
  const everything = options.all || options.since !== undefined || options.until !== undefined || options.export;
  return everything ? 0 : DEFAULT_LINES;
}

function parseCount(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usageError(`--${option} "${text}" is not a number of lines`, 'give 0 or more');
}

function parseRun(text: string | undefined): number {
  if (text === undefined) return 0;
  if (text === 'last') return -1;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usageError(`--run "${text}" is not a run`, 'give its number (1 is the first), or "last"');
}

function parseLevels(text: string | undefined): string[] {
  if (text === undefined) return [];
  const index = LEVELS.indexOf(text.toLowerCase() as (typeof LEVELS)[number]);
  if (index >= 0) return LEVELS.slice(index);
  throw usageError(`--level "${text}" is not a level`, `one of: ${LEVELS.join(', ')}`);
}

function parseStream(text: string | undefined): string {
  const known = ['stdout', 'stderr', 'tty', 'build', 'micro', 'otlp'];
  if (text === undefined) return '';
  if (known.includes(text)) return text;
  throw usageError(`--stream "${text}" is not a stream`, `one of: ${known.join(', ')}`);
}
