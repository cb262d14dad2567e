import type { UsagePoint } from '../../../shared/contract/gen/usage_pb.ts';
import type { CliContext } from '../context.ts';
import { type Column, renderTable } from '../table.ts';

/** `micro stats NAME --history`: what a service used in the last hour, as far as anybody watched. */
export async function printUsageHistory(context: CliContext, service: string): Promise<void> {
  const { client } = await context.connect();
  const { points, spanMs } = await client.desktop.usageHistory({ service }, { signal: context.signal });
  if (context.json) {
    context.out.json({ service, spanMs, points: points.map(toJson) });
    return;
  }
  if (points.length === 0) {
    context.say(`nothing was measured of ${service} in the last hour; that happens while a window shows it`);
    return;
  }
  const columns: Column<UsagePoint>[] = [
    { title: 'TIME', text: ({ at }) => new Date(at).toISOString() },
    { title: 'CPU', text: ({ cpuPercent }) => `${cpuPercent.toFixed(1)} %`, align: 'right' },
    { title: 'MEMORY', text: ({ memoryBytes }) => `${Math.round(memoryBytes / 1024 / 1024)} MB`, align: 'right' },
    { title: 'PROCESSES', text: ({ processes }) => `${processes}`, align: 'right' },
    { title: 'THREADS', text: ({ threads }) => `${threads}`, align: 'right' },
    { title: 'PORTS', text: ({ ports }) => ports.join(' ') || '-' },
  ];
  for (const line of renderTable(columns, points, context.out.colours.dim)) context.out.line(line);
}

function toJson({ at, cpuPercent, memoryBytes, processes, threads, ports }: UsagePoint): unknown {
  return { at: new Date(at).toISOString(), cpuPercent, memoryBytes, processes, threads, ports };
}
