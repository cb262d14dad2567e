import type { LogSearch } from './logSource.ts';

/** Severities from harmless to grave, as the server names them. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** The least severity that is shown; empty: all. */
export type LeastLevel = '' | (typeof logLevels)[number];

/** The levels from `least` on; none for all. */
export function levelsFrom(least: LeastLevel): readonly string[] {
  return least === '' ? [] : logLevels.slice(logLevels.indexOf(least));
}

/** What a user typed into the search field: `/text/` is a regular expression, everything else is taken as it stands. */
export function parseSearch(typed: string, caseSensitive: boolean): LogSearch | undefined {
  const regex = /^\/(.+)\/(i?)$/su.exec(typed);
  if (regex?.[1]) {
    return { pattern: regex[1], regex: true, caseSensitive: caseSensitive && regex[2] !== 'i' };
  }
  if (typed === '' || typed === '/' || typed === '//') return undefined;
  return { pattern: typed, regex: false, caseSensitive };
}

/** Whether two searches are the same. */
export function sameSearch(a: LogSearch | undefined, b: LogSearch | undefined): boolean {
  if (!a || !b) return a === b;
  return a.pattern === b.pattern && a.regex === b.regex && a.caseSensitive === b.caseSensitive;
}
