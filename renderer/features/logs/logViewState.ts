import * as z from 'zod/mini';
import { levelsFrom, logLevels, parseSearch } from './logQueryText.ts';
import type { LogFilter, LogSearch } from './logSource.ts';

// The page's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

/** Runs to show: all, the last of each service, or one by number. */
const runSchema = z.int().check(z.minimum(-1));

const viewSchema = z.object({
  /** Empty: all services. */
  services: z.catch(z.array(z.string()), []),
  least: z.catch(z.enum(['', ...logLevels]), ''),
  run: z.catch(runSchema, 0),
  stream: z.catch(z.enum(['', 'stdout', 'stderr', 'tty', 'build', 'micro', 'otlp']), ''),
  /** Only the last so many minutes; 0: all. */
  minutes: z.catch(z.number().check(z.minimum(0)), 0),
  /** A stretch of time chosen by hand, microseconds since 1970; wins over `minutes`. */
  sinceUs: z.catch(z.number().check(z.minimum(0)), 0),
  untilUs: z.catch(z.number().check(z.minimum(0)), 0),
  typed: z.catch(z.string(), ''),
  caseSensitive: z.catch(z.boolean(), false),
  onlyMatches: z.catch(z.boolean(), false),
});

/** What one log view is set to; kept with its tab, or for the page. */
export type LogViewState = z.infer<typeof viewSchema>;

/** Reads a view's state; whatever is missing or damaged becomes the standard. */
export function readLogViewState(value: unknown): LogViewState {
  const result = viewSchema.safeParse(value ?? {});
  return result.success ? result.data : viewSchema.parse({});
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
