import { useQuery } from '@tanstack/react-query';
import { api } from '../../client/api.ts';
import { Button } from '../../ui/Button.tsx';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { ErrorState } from '../../ui/States.tsx';
import { formatCount } from '../../ui/trafficFormat.ts';
import { logLineText, logTimeText } from './logLineText.ts';
import classes from './TraceView.module.css';

/** Lines shown below a trace; the log view shows all. */
const shownLines = 200;

const badLevels: ReadonlySet<string> = new Set(['error', 'fatal']);

/** What the services wrote for a trace: the lines that name it, else those that its services wrote meanwhile. */
export function TraceLogLines({
  traceId,
  spans,
  onOpenLog,
}: {
  traceId: string;
  /** Number of spans: when a trace grows, so may its lines. */
  spans: number;
  onOpenLog: () => void;
}) {
  const query = useQuery({
    queryKey: ['trace-logs', traceId, spans],
    queryFn: ({ signal }) => api().traces.traceLogs({ traceId, limit: shownLines }, { signal }),
    placeholderData: (previous, old) => (old?.queryKey[1] === traceId ? previous : undefined),
  });
  const records = query.data?.records ?? [];
  return (
    <section className={classes.logs} aria-label="Log lines of the trace">
      <div className={classes.logsBar}>
        <h2>Log lines</h2>
        <span className={classes.dim}>
          {query.isPending
            ? 'looking for them'
            : query.data?.foundBy === 'id'
              ? `${formatCount(records.length, 'line')} with this trace id`
              : `${formatCount(records.length, 'line')} of its services in that time`}
        </span>
        <span className={classes.right}>
          <Button onClick={onOpenLog}>Open in log</Button>
        </span>
      </div>
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ol className={classes.lines} tabIndex={0} aria-label="Log lines">
          {records.map((record) => (
            <li
              key={`${record.service} ${record.run} ${record.line}`}
              data-bad={badLevels.has(record.level) || undefined}
            >
              <span className={classes.dim}>{logTimeText(record.timeUs)}</span>
              <span className={classes.lineService}>
                <ServiceDot service={record.service} />
                {record.service}
              </span>
              <span className={classes.level}>{record.level}</span>
              <span className={classes.lineText}>{logLineText(record.text)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
