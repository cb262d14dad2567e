import type { RefObject } from 'react';
import { formatDuration } from '../../ui/format.ts';
import { Chip } from '../../ui/Chip.tsx';
import { searchOf, type LogViewState } from './logViewState.ts';
import classes from './Logs.module.css';
import type { RunningSearch } from './useLogSearch.ts';

function countText(search: RunningSearch, cursor: number | undefined): string {
  const { progress } = search;
  if (!progress) return '';
  const at = cursor === undefined ? -1 : progress.rows.indexOf(cursor);
  const count = progress.count.toLocaleString('en');
  const total = progress.total.toLocaleString('en');
  const place = at >= 0 ? `${(at + 1).toLocaleString('en')} of ${count}` : count;
  if (!progress.done) {
    const percent = Math.floor((progress.scanned / Math.max(1, progress.total)) * 100);
    return `${place} in ${total} lines · ${percent} %`;
  }
  return `${place} in ${total} lines · ${formatDuration(progress.elapsedMs)}`;
}

/** The field for text or a /regex/, with how often it was found and the way to the next. */
export function LogSearchField({
  view,
  onView,
  search,
  cursor,
  input,
  compact,
  onLeave,
}: {
  view: LogViewState;
  onView: (change: Partial<LogViewState>) => void;
  search: RunningSearch;
  cursor: number | undefined;
  input: RefObject<HTMLInputElement | null>;
  compact: boolean;
  onLeave: () => void;
}) {
  const parsed = searchOf(view);
  const next = (direction: 1 | -1): void => search.go(direction, parsed && { search: parsed });
  const text = search.problem ?? countText(search, cursor);
  return (
    <>
      <div className={classes.search} data-bad={search.problem !== undefined || undefined}>
        <input
          ref={input}
          value={view.typed}
          placeholder={compact ? 'Find, or /regex/' : 'Find text, or /regex/'}
          aria-label="Find in the log"
          aria-invalid={search.problem !== undefined}
          spellCheck={false}
          onChange={(event) => onView({ typed: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') next(event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape' && view.typed !== '') onView({ typed: '' });
            else if (event.key === 'Escape' || event.key === 'ArrowDown') onLeave();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        {parsed?.regex === true && !compact ? <span className={classes.dim}>regex</span> : null}
        <button
          type="button"
          aria-pressed={view.caseSensitive}
          aria-label="Match case"
          title="Match case"
          onClick={() => onView({ caseSensitive: !view.caseSensitive })}
        >
          Aa
        </button>
      </div>
      {view.typed === '' ? null : (
        <>
          {text === '' ? null : (
            <span className={classes.count} role="status">
              {text}
            </span>
          )}
          <Chip aria-label="Previous match" title="Previous match (N)" onClick={() => next(-1)}>
            ↑
          </Chip>
          <Chip aria-label="Next match" title="Next match (n)" onClick={() => next(1)}>
            ↓
          </Chip>
          <Chip pressed={view.onlyMatches} onClick={() => onView({ onlyMatches: !view.onlyMatches })}>
            Only matches
          </Chip>
        </>
      )}
    </>
  );
}
