import { IconListSearch, IconPlus } from '@tabler/icons-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { registerCommand } from '../../state/commands.ts';
import { openPage, usePageId } from '../../state/navigation.ts';
import { useShownServices } from '../../state/projectFilter.ts';
import { setUi, useUi } from '../../state/uiState.ts';
import { useAllUsage } from '../../state/usage.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { EmptyState } from '../../ui/States.tsx';
import { StatusCount } from '../../ui/StatusIcon.tsx';
import { countByStatus, lookOf } from '../../ui/status.ts';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { BulkActions } from './BulkActions.tsx';
import classes from './ServicesPage.module.css';
import { ServicesTable } from './ServicesTable.tsx';
import { matchesFilter, type SortColumn, sortServices } from './serviceRows.ts';

/** ms between two orders by CPU or memory: rows that change places every second cannot be clicked. */
const USAGE_SORT_MS = 3_000;

/** All services in a table, with a filter, an order and actions on several at once. */
export function ServicesPage() {
  const services = useShownServices();
  const filter = useUi((state) => state.serviceFilter);
  const deferredFilter = useDeferredValue(filter);
  const sort = useUi((state) => state.serviceSort);
  const usage = useSlowUsage(sort.column === 'cpu' || sort.column === 'memory');
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const filterRef = useRef<HTMLInputElement>(null);
  const shown = usePageId();

  useEffect(
    () =>
      registerCommand({
        id: 'services.filter',
        title: 'Filter services',
        group: 'Services',
        keys: '/',
        run: () => filterRef.current?.focus(),
      }),
    [],
  );

  const rows = useMemo(
    () =>
      sortServices(
        services.filter((service) => matchesFilter(service, deferredFilter)),
        sort.column as SortColumn,
        sort.descending,
        usage,
      ),
    [services, deferredFilter, sort, usage],
  );
  const counts = countByStatus(services);
  // A mark on a service that is gone must not come back with a new one of the same name.
  const known = useMemo(() => new Set(services.map((service) => service.name)), [services]);
  const markedNow = useMemo(() => new Set([...marked].filter((name) => known.has(name))), [marked, known]);
  const setFilter = (text: string): void => setUi({ serviceFilter: text });

  return (
    <>
      <Toolbar
        title="Services"
        right={
          markedNow.size > 0 ? (
            <BulkActions names={[...markedNow]} onClear={() => setMarked(new Set())} />
          ) : (
            <FilterField
              ref={filterRef}
              value={filter}
              onChange={setFilter}
              placeholder="Filter services"
              label="Filter services"
              key={shown}
            />
          )
        }
      >
        <div className={classes.chips}>
          {counts.map(({ status, count }) => {
            const text = `status:${lookOf(status).word}`;
            const pressed = filter === text;
            return (
              <Chip
                key={status}
                pressed={pressed}
                title={`Show what is ${lookOf(status).word}`}
                onClick={() => setFilter(pressed ? '' : text)}
              >
                <StatusCount status={status} count={count} />
              </Chip>
            );
          })}
        </div>
      </Toolbar>
      {services.length === 0 ? (
        <EmptyState
          icon={<IconPlus size={22} stroke={1.6} />}
          title="This project has no services"
          text="Write some into its micro.yaml, or add one from a terminal with: micro run -- COMMAND"
          action={<Button onClick={() => openPage('open')}>Open another project</Button>}
        />
      ) : rows.length === 0 ? (
        <EmptyState
          icon={<IconListSearch size={22} stroke={1.6} />}
          title={`None of ${services.length} services matches “${filter}”`}
          action={<Button onClick={() => setFilter('')}>Clear the filter</Button>}
        />
      ) : (
        <ServicesTable rows={rows} marked={markedNow} onMark={setMarked} />
      )}
    </>
  );
}

/** Usage for the order of rows: fresh enough to be true, slow enough to be usable; still when not needed. */
function useSlowUsage(wanted: boolean): ReturnType<typeof useAllUsage> {
  const usage = useAllUsage();
  const latest = useRef(usage);
  latest.current = usage;
  const [slow, setSlow] = useState(usage);
  useEffect(() => {
    if (!wanted) return;
    setSlow(latest.current);
    const timer = setInterval(() => setSlow(latest.current), USAGE_SORT_MS);
    return () => clearInterval(timer);
  }, [wanted]);
  return slow;
}
