import { IconTimeline } from '@tabler/icons-react';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { EmptyTraces } from './EmptyTraces.tsx';
import { isNarrowed, type TraceFilter } from './traceFilter.ts';
import { TraceFilters } from './TraceFilters.tsx';
import { type ListPlace, TraceList } from './TraceList.tsx';
import classes from './Traces.module.css';
import { useLiveTraces } from './useLiveTraces.ts';

const noFilter: TraceFilter = { services: [], failedOnly: false, minDurationMs: 0, text: '' };

/** The list of traces with what narrows it. */
export function TraceListView({
  filter,
  initial,
  onFilter,
  onOpen,
  onCompare,
}: {
  filter: TraceFilter;
  /** The trace that the keyboard is on at first, and where it stands. */
  initial: ListPlace | undefined;
  onFilter: (filter: TraceFilter) => void;
  onOpen: (place: ListPlace) => void;
  onCompare: (a: string, b: string) => void;
}) {
  const [held, setHeld] = useState(false);
  const [marked, setMarked] = useState<readonly string[]>([]);
  const { traces, waiting, loaded, error, loadOlder } = useLiveTraces(filter, held);
  const [first, second] = marked;

  const mark = (traceId: string): void => {
    // Only two can be compared: a third takes the place of the first.
    setMarked((before) =>
      before.includes(traceId) ? before.filter((other) => other !== traceId) : [...before, traceId].slice(-2),
    );
  };

  return (
    <section className={classes.page} aria-label="Traces">
      <Toolbar
        title="Traces"
        right={
          <>
            {first === undefined ? null : (
              <Button
                disabled={second === undefined}
                title={second === undefined ? 'Mark a second trace' : 'Lay the two marked traces side by side'}
                onClick={() => second !== undefined && onCompare(first, second)}
              >
                {second === undefined ? 'Compare with…' : 'Compare 2'}
              </Button>
            )}
            <Chip pressed={held} onClick={() => setHeld(!held)} title="Hold the list still; new traces are counted">
              {held ? `Paused${waiting > 0 ? ` · ${waiting} new` : ''}` : 'Live'}
            </Chip>
          </>
        }
      >
        <TraceFilters filter={filter} onFilter={onFilter} />
      </Toolbar>
      {!loaded && error ? (
        <ErrorState error={error} />
      ) : !loaded ? (
        <LoadingState rows={10} label="Loading traces" />
      ) : traces.length === 0 ? (
        isNarrowed(filter) ? (
          <EmptyState
            icon={<IconTimeline size={24} stroke={1.5} />}
            title="No trace matches"
            text="New ones appear here as soon as they match."
            action={<Button onClick={() => onFilter(noFilter)}>Clear filters</Button>}
          />
        ) : (
          <EmptyTraces />
        )
      ) : (
        <TraceList traces={traces} initial={initial} marked={marked} onMark={mark} onOpen={onOpen} onEnd={loadOlder} />
      )}
    </section>
  );
}
