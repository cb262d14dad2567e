import { isFlag, isText, kept, type KeptFields, listOf, numberIn, oneOf, readKept } from '../../state/keptFields.ts';
import { levelsFrom, logLevels, parseSearch } from './logQueryText.ts';
import type { LogFilter, LogSearch } from './logSource.ts';

const streams = ['', 'stdout', 'stderr', 'tty', 'build', 'micro', 'otlp'] as const;

/** What one log view is set to; kept with its tab, or for the page. */
export interface LogViewState {
  /** Empty: all services. */
  services: string[];
  least: '' | (typeof logLevels)[number];
  /** Runs to show: all, the last of each service, or one by number. */
  run: number;
  stream: (typeof streams)[number];
  /** Only the last so many minutes; 0: all. */
  minutes: number;
  /** A stretch of time chosen by hand, microseconds since 1970; wins over `minutes`. */
  sinceUs: number;
  untilUs: number;
  typed: string;
  caseSensitive: boolean;
  onlyMatches: boolean;
}

const viewFields: KeptFields<LogViewState> = {
  services: kept([], listOf(isText)),
  least: kept('', oneOf('', ...logLevels)),
  run: kept(0, isRun),
  stream: kept('', oneOf(...streams)),
  minutes: kept(0, numberIn(0)),
  sinceUs: kept(0, numberIn(0)),
  untilUs: kept(0, numberIn(0)),
  typed: kept('', isText),
  caseSensitive: kept(false, isFlag),
  onlyMatches: kept(false, isFlag),
};

function isRun(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= -1;
}

/** Reads a view's state; whatever is missing or damaged becomes the standard. */
export function readLogViewState(value: unknown): LogViewState {
  return readKept(viewFields, value);
}

/** What the user looks for; undefined when the field is empty. */
export function searchOf(view: LogViewState): LogSearch | undefined {
  return parseSearch(view.typed, view.caseSensitive);
}

/** The filter that a view's state stands for, at the time `nowMs`. */
export function filterOf(view: LogViewState, nowMs: number): LogFilter {
  const search = view.onlyMatches ? searchOf(view) : undefined;
  const sinceUs = view.sinceUs > 0 || view.minutes === 0 ? view.sinceUs : (nowMs - view.minutes * 60_000) * 1000;
  return {
    services: view.services,
    run: view.run,
    sinceUs,
    untilUs: view.untilUs,
    levels: levelsFrom(view.least),
    stream: view.stream,
    ...(search === undefined ? {} : { search }),
  };
}

/** Whether a view shows less than everything, apart from the choice of services. */
export function isNarrowed(view: LogViewState): boolean {
  return (
    view.least !== '' ||
    view.run !== 0 ||
    view.stream !== '' ||
    view.minutes !== 0 ||
    view.sinceUs !== 0 ||
    view.untilUs !== 0 ||
    (view.onlyMatches && view.typed !== '')
  );
}

/** The same view with nothing narrowed. */
export function widened(view: LogViewState): LogViewState {
  return { ...readLogViewState({}), services: view.services, typed: view.typed, caseSensitive: view.caseSensitive };
}
