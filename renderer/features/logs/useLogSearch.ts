import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { showToast } from '../../state/toasts.ts';
import type { LogController } from './LogController.ts';
import { sameSearch } from './logQueryText.ts';
import type { FindTarget, LogSearch, SearchProgress } from './logSource.ts';
import { matchFinder, type MatchFinder } from './matches.ts';

/** Typing has to rest so long before the whole log is searched, ms. */
const typingMs = 250;

/** Matches shown on the scroll bar at most: it has no more px than that. */
const maxTicks = 300;

/** A search over the whole log, as the view shows it. */
export interface RunningSearch {
  readonly progress: SearchProgress | undefined;
  /** What is wrong with the pattern; undefined when nothing is. */
  readonly problem: string | undefined;
  readonly finder: MatchFinder | undefined;
  /** Where matches are on the scroll bar, 0 to 1. */
  readonly ticks: readonly number[];
  /** Goes to the next (previous) match or error, over everything stored. */
  readonly go: (direction: 1 | -1, target: FindTarget | undefined) => void;
}

/** The search that is worth running: the one typed, once typing has rested. */
function useRested(search: LogSearch | undefined): LogSearch | undefined {
  const [rested, setRested] = useState(search);
  useEffect(() => {
    if (sameSearch(search, rested)) return undefined;
    const timer = setTimeout(() => setRested(search), search ? typingMs : 0);
    return () => clearTimeout(timer);
  }, [search, rested]);
  return rested;
}

/** Which numbering of the rows can be searched; undefined until everything stored is in the view. */
function useSearchable(controller: LogController | undefined): number | undefined {
  const subscribe = useCallback(
    (listener: () => void) => controller?.subscribe(listener) ?? (() => undefined),
    [controller],
  );
  return useSyncExternalStore(subscribe, () => {
    const extent = controller?.source.extent();
    return extent?.status === 'open' && !extent.scanning ? extent.generation : undefined;
  });
}

interface Outcome {
  readonly controller: LogController;
  readonly search: LogSearch;
  readonly progress?: SearchProgress;
  readonly problem?: string;
}

function ticksOf(progress: SearchProgress | undefined, controller: LogController | undefined): readonly number[] {
  if (!progress || !controller) return [];
  const { first, end } = controller.source.extent();
  const places = new Set<number>();
  for (const row of progress.rows) {
    places.add(Math.round(((row - first) / Math.max(1, end - first - 1)) * maxTicks) / maxTicks);
  }
  return [...places];
}

function useGo(controller: LogController | undefined): (direction: 1 | -1, target: FindTarget | undefined) => void {
  return (direction, target) => {
    if (!controller || !target) return;
    const what = 'levels' in target ? 'error' : 'match';
    findAround(controller, direction, target).then(
      (found) => {
        if (!found) showToast({ tone: 'warn', title: `No ${what} in this log` });
        else {
          controller.showRow(found.row);
          if (found.wrapped) showToast({ tone: 'ok', title: wrappedText[direction] });
        }
      },
      (error: unknown) => {
        const text = toMicroError(error).message;
        showToast({ tone: 'bad', title: `The next ${what} could not be found`, text });
      },
    );
  };
}

const wrappedText = { [1]: 'Went on from the beginning', [-1]: 'Went on from the end' } as const;

/**
 * The next row from the current one, else from what is on the screen; beyond the last it goes on at the other end. Who
 * follows and has no current row looks at the end, so there the search begins with the newest.
 */
async function findAround(
  controller: LogController,
  direction: 1 | -1,
  target: FindTarget,
): Promise<{ row: number; wrapped: boolean } | undefined> {
  const { placed, cursor, extent, following } = controller.snapshot();
  const { signal } = new AbortController();
  const find = (from: number, way: 1 | -1): Promise<number | undefined> =>
    controller.source.find(from, way, target, signal);
  if (cursor === undefined && following) {
    const newest = await find(extent.end, -1);
    return newest === undefined ? undefined : { row: newest, wrapped: false };
  }
  const start = direction > 0 ? (placed[0]?.row ?? extent.first) - 1 : (placed.at(-1)?.row ?? extent.end) + 1;
  const row = await find(cursor ?? start, direction);
  if (row !== undefined) return { row, wrapped: false };
  const again = await find(direction > 0 ? extent.first - 1 : extent.end, direction);
  return again === undefined ? undefined : { row: again, wrapped: true };
}

/** Counts the matches of a search over the whole log, and goes from one to the next. */
export function useLogSearch(
  controller: LogController | undefined,
  typed: LogSearch | undefined,
  countRows: boolean,
): RunningSearch {
  const search = useRested(typed);
  const [outcome, setOutcome] = useState<Outcome>();
  const generation = useSearchable(controller);
  useEffect(() => {
    if (!controller || !search || !countRows || generation === undefined) return undefined;
    const abort = new AbortController();
    controller.source
      .search(search, (progress) => setOutcome({ controller, search, progress }), abort.signal)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setOutcome({ controller, search, problem: toMicroError(error).message });
      });
    return () => abort.abort();
  }, [controller, search, countRows, generation]);
  const current = outcome && outcome.controller === controller && outcome.search === search ? outcome : undefined;
  const finder = useMemo(() => matchFinder(typed), [typed]);
  const ticks = useMemo(() => ticksOf(current?.progress, controller), [current, controller]);
  const go = useGo(controller);
  return { progress: current?.progress, problem: current?.problem, finder, ticks, go };
}
