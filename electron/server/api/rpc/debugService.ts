import type { ConnectRouter } from '@connectrpc/connect';
import { Debug } from '../../../../shared/contract/gen/debug_pb.ts';
import type { Clock } from '../../base/clock.ts';
import type { CallStats } from '../../traffic/callStats.ts';

/** Serves micro's `debug.Debug` for the server itself; requests and errors are those of one service when it is named. */
export function debugService(
  router: ConnectRouter,
  clock: Clock,
  startedAt: number,
  callStats: Pick<CallStats, 'byService'>,
): void {
  router.service(Debug, {
    health: () => ({ status: 'ok' }),
    stats({ service }) {
      const now = clock.now();
      const figures = callStats.byService(0);
      const counted = service ? [figures.get(service)] : [...figures.values()];
      return {
        timestamp: BigInt(Math.floor(now / 1000)),
        started: BigInt(Math.floor(startedAt / 1000)),
        uptime: BigInt(Math.floor((now - startedAt) / 1000)),
        memory: BigInt(process.memoryUsage.rss()),
        threads: 1n,
        requests: BigInt(counted.reduce((sum, one) => sum + (one?.calls ?? 0), 0)),
        errors: BigInt(counted.reduce((sum, one) => sum + (one?.errors ?? 0), 0)),
      };
    },
  });
}
