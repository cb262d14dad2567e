import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Run } from '../../../shared/contract/gen/service_details_pb.ts';
import { api } from '../../client/api.ts';
import { openLog } from '../../state/panels.ts';
import { Button } from '../../ui/Button.tsx';
import { formatDuration, formatMoment } from '../../ui/format.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { Since } from '../../ui/Time.tsx';
import { useNow } from '../../ui/useNow.ts';
import classes from './RunsTab.module.css';
import type { TabProps } from './tab.ts';

/** Runs asked for at once. */
const PAGE = 50;

/** Each life of the service, newest first: when, how long, why it began and how it ended. */
export function RunsTab({ service }: TabProps) {
  const { name } = service;
  const [limit, setLimit] = useState(PAGE);
  const query = useQuery({
    // The list is another one when a run began or ended.
    queryKey: ['runs', name, limit, service.run, service.status, service.restarts],
    queryFn: ({ signal }) => api().desktop.runs({ service: name, limit }, { signal }),
    // Until the new list is there the old one of the same service stays.
    placeholderData: (previous, old) => (old?.queryKey[1] === name ? previous : undefined),
  });
  if (query.isPending) return <LoadingState rows={6} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const runs = [...query.data.runs].sort((a, b) => b.run - a.run);
  if (runs.length === 0) {
    return (
      <EmptyState title="It has never run" text="Each start, with how it ended and its log, will be listed here." />
    );
  }
  return (
    <>
      <ol className={classes.list}>
        {runs.map((run) => (
          <RunItem key={`${run.run} ${run.instance}`} run={run} onShowLog={() => openLog([name])} />
        ))}
      </ol>
      {runs.length >= limit ? (
        <div className={classes.more}>
          <Button onClick={() => setLimit(limit + PAGE)}>Show older runs</Button>
        </div>
      ) : null}
    </>
  );
}

function RunItem({ run, onShowLog }: { run: Run; onShowLog: () => void }) {
  const now = useNow();
  const live = run.endedAt === 0;
  return (
    <li className={classes.run}>
      <div className={classes.line}>
        <b>run {run.run}</b>
        <span className={classes.dim}>{formatMoment(run.startedAt, now)}</span>
        <span className={classes.outcome} data-tone={live ? 'ok' : run.failed ? 'bad' : 'idle'}>
          {live ? 'alive' : run.outcome || 'ended'}
        </span>
        <button type="button" className={classes.log} aria-label={`Log of run ${run.run}`} onClick={onShowLog}>
          Log
        </button>
      </div>
      <div className={classes.facts}>
        {run.cause ? <span>{run.cause}</span> : null}
        <span>
          {live ? (
            <>
              up <Since at={run.startedAt} />
            </>
          ) : (
            `lived ${formatDuration(Math.max(0, run.endedAt - run.startedAt))}`
          )}
        </span>
        {run.readyAt > 0 ? <span>ready in {formatDuration(run.readyAt - run.startedAt)}</span> : null}
        {run.pid > 0 ? <span>pid {run.pid}</span> : null}
      </div>
    </li>
  );
}
