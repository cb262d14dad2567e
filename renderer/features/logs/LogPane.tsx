import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { registerCommand } from '../../state/commands.ts';
import { ContextMenu } from '../../ui/ContextMenu.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { copySelection, exportAll, goToMark, markCurrent } from './logActions.ts';
import type { LogController } from './LogController.ts';
import { logMenu } from './logMenu.ts';
import { setLogPrefs, useLogPrefs } from './logPrefs.ts';
import type { TextFormat } from './logSource.ts';
import { filterOf, isNarrowed, type LogViewState, searchOf, widened } from './logViewState.ts';
import { type LogMenuRequest, LogView } from './LogView.tsx';
import { useMarks } from './marks.ts';
import { useLog, useLogSnapshot } from './useLog.ts';
import { type RunningSearch, useLogSearch } from './useLogSearch.ts';

/** Levels that "next error" stops at. */
const errorLevels = { levels: ['error', 'fatal'] } as const;

/** What the bars above a log are given. */
export interface LogBarProps {
  readonly view: LogViewState;
  readonly change: (change: Partial<LogViewState>) => void;
  readonly replace: (view: LogViewState) => void;
  readonly controller: LogController;
  readonly search: RunningSearch;
  readonly input: React.RefObject<HTMLInputElement | null>;
  readonly exportAs: (format: TextFormat) => void;
  readonly focusLog: () => void;
}

interface LogPaneProps {
  readonly view: LogViewState;
  readonly onView: (view: LogViewState) => void;
  readonly compact: boolean;
  /** False while nobody can see it: the log is closed then and opened again where it was. */
  readonly visible: boolean;
  readonly bars: (props: LogBarProps) => ReactNode;
}

/** The filter of a view as text: a new text means another log. Relative times count from when they were chosen. */
function useFilterKey(view: LogViewState): string {
  const { typed, caseSensitive, onlyMatches, ...rest } = view;
  const search = onlyMatches ? searchOf({ ...rest, typed, caseSensitive, onlyMatches }) : undefined;
  const chosen = JSON.stringify([rest, search]);
  const [state, setState] = useState(() => ({ chosen, key: JSON.stringify(filterOf(view, Date.now())) }));
  if (state.chosen === chosen) return state.key;
  const next = { chosen, key: JSON.stringify(filterOf(view, Date.now())) };
  setState(next);
  return next.key;
}

function labelOf(view: LogViewState): string {
  return view.services.length === 0 ? 'Log of all services' : `Log of ${view.services.join(', ')}`;
}

/** A log with its bars: the page and each tab are this, with another filter. */
export function LogPane({ view, onView, compact, visible, bars }: LogPaneProps) {
  const filterKey = useFilterKey(view);
  const controller = useLog(filterKey, visible);
  const typed = useMemo(
    () => searchOf({ ...view }),
    // The search is what these three say; other filters do not make it a new one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [view.typed, view.caseSensitive],
  );
  const search = useLogSearch(controller, typed, !view.onlyMatches);
  if (!controller) return <LoadingState label="Opening the log" />;
  return <OpenPane view={view} onView={onView} compact={compact} bars={bars} controller={controller} search={search} />;
}

function OpenPane({
  view,
  onView,
  compact,
  bars,
  controller,
  search,
}: Omit<LogPaneProps, 'visible'> & { controller: LogController; search: RunningSearch }) {
  const { wrap, timeStyle } = useLogPrefs();
  const marks = useMarks();
  const [menu, setMenu] = useState<LogMenuRequest>();
  const input = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const change = (part: Partial<LogViewState>): void => onView({ ...view, ...part });
  const typed = searchOf(view);
  const copy = (): void => void copySelection(controller);
  const focusLog = (): void => root.current?.querySelector<HTMLElement>('[role="grid"]')?.focus();
  useEffect(() => {
    if (compact) return undefined;
    // The page's own keys work from the start, unless something else has the focus.
    if (document.activeElement === document.body) {
      root.current?.querySelector<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
    }
    return registerCommand({
      id: 'logs.search',
      title: 'Search the log',
      group: 'Logs',
      keys: '/',
      run: () => input.current?.select(),
    });
  }, [compact]);
  return (
    <div ref={root} style={{ display: 'contents' }}>
      {bars({
        view,
        change,
        replace: onView,
        controller,
        search,
        input,
        exportAs: (format) => void exportAll(controller, view, format),
        focusLog,
      })}
      <LogView
        controller={controller}
        label={labelOf(view)}
        showService={view.services.length !== 1}
        wrap={wrap}
        timeStyle={timeStyle}
        finder={search.finder}
        ticks={view.onlyMatches ? [] : search.ticks}
        marks={marks}
        compact={compact}
        empty={<EmptyLog controller={controller} view={view} onView={onView} />}
        actions={{
          copy,
          openSearch: () => input.current?.select(),
          nextMatch: (direction) => search.go(direction, typed && { search: typed }),
          nextError: (direction) => search.go(direction, errorLevels),
          toggleMark: () => markCurrent(controller),
          nextMark: (direction) => void goToMark(controller, direction),
          toggleWrap: () => setLogPrefs({ wrap: !wrap }),
        }}
        onMenu={setMenu}
      />
      <ContextMenu
        at={menu?.at}
        onClose={() => setMenu(undefined)}
        label="Log"
        items={menu ? logMenu(menu, { controller, view, marks, onView: change, copy }) : []}
      />
    </div>
  );
}

function EmptyLog({
  controller,
  view,
  onView,
}: {
  controller: LogController;
  view: LogViewState;
  onView: (view: LogViewState) => void;
}) {
  const { status, scanning, problem } = useLogSnapshot(controller).extent;
  if (problem) return <ErrorState error={problem} />;
  if (status !== 'open' || scanning) return <LoadingState label="Opening the log" />;
  if (!isNarrowed(view)) {
    return <EmptyState title="Nothing logged yet" text="What the service writes appears here as it comes." />;
  }
  return (
    <EmptyState
      title="No line fits the filter"
      text={
        <button type="button" onClick={() => onView(widened(view))}>
          Show all lines
        </button>
      }
    />
  );
}
