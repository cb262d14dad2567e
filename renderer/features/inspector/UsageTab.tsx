import { useQuery } from '@tanstack/react-query';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { UsagePoint } from '../../../shared/contract/gen/usage_pb.ts';
import { api } from '../../client/api.ts';
import { useUsage } from '../../state/usage.ts';
import { formatBytes, formatPercent } from '../../ui/format.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { TimeChart } from '../../ui/TimeChart.tsx';
import { timeSpanOf } from '../../ui/timeChart.ts';
import { useNow } from '../../ui/useNow.ts';
import type { TabProps } from './tab.ts';

/** The server puts samples together over so long, ms; asking more often brings nothing new. */
const askEveryMs = 10_000;
/** What is shown, and kept by the server, ms. */
const hourMs = 60 * 60_000;
/** Memory scales end at round numbers of this. */
const megabyte = 1024 * 1024;

const charts: { title: string; of: (point: UsagePoint) => number; unit?: number; format: (value: number) => string }[] =
  [
    { title: 'CPU', of: ({ cpuPercent }) => cpuPercent, format: formatPercent },
    { title: 'Memory', of: ({ memoryBytes }) => memoryBytes, unit: megabyte, format: formatBytes },
    { title: 'Threads', of: ({ threads }) => threads, format: (value) => String(value) },
  ];

/** What a service used over the last hour. It is measured only while somebody looks, here or elsewhere. */
export function UsageTab({ service }: TabProps) {
  const { name } = service;
  const now = useNow();
  // Keeps the measuring going while this is looked at.
  useUsage(name);
  const query = useQuery({
    queryKey: ['usageHistory', name],
    queryFn: ({ signal }) => api().desktop.usageHistory({ service: name }, { signal }),
    refetchInterval: askEveryMs,
  });
  if (query.isPending) return <LoadingState rows={6} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { points, spanMs } = query.data;
  if (points.length === 0) {
    const runs = service.status === Status.RUNNING;
    return (
      <EmptyState
        title={runs ? 'Nothing was measured yet' : 'Nothing was measured in the last hour'}
        text={
          runs
            ? 'CPU, memory and threads are measured while a window shows them; the first values come within seconds.'
            : `CPU, memory and threads of ${name} will be drawn here while it runs.`
        }
      />
    );
  }
  return (
    <>
      {charts.map(({ title, of, unit, format }) => {
        const values = points.map((point) => ({ at: point.at, value: of(point) }));
        return (
          <TimeChart
            key={title}
            title={title}
            values={values}
            span={timeSpanOf(values, now, hourMs)}
            gapMs={spanMs * 2}
            format={format}
            {...(unit === undefined ? {} : { unit })}
          />
        );
      })}
    </>
  );
}
