import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../../helpers/freePort.ts';
import { microProcess, type MicroProcessOptions, type MicroProcessResult } from '../../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../../helpers/microServer.ts';
import { waitFor } from '../../helpers/waitFor.ts';
import { type TestCluster, wayIn } from './cluster.ts';

/** How long pods may take on a busy machine, ms. */
export const podsMs = 180_000;

/** One service as `micro status --json` tells it. */
export interface SeenService {
  name: string;
  status: string;
  reason: string;
  restarts: number;
  instances: { id: string; address: string }[];
}

/** A micro server whose services run in the cluster. */
export interface ClusterServer {
  readonly server: RunningServer;
  readonly home: string;
  micro(...words: string[]): Promise<MicroProcessResult>;
  microWith(words: string[], options: Pick<MicroProcessOptions, 'watch' | 'input'>): Promise<MicroProcessResult>;
  status(): Promise<Map<string, SeenService>>;
  /** Resolves with a service as soon as `is` holds for it. */
  until(name: string, what: string, is: (service: SeenService) => boolean): Promise<SeenService>;
  /** Ends the server; services go on. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

/** Starts one for the namespace; pods reach it. */
export async function clusterServer(cluster: TestCluster): Promise<ClusterServer> {
  const home = await mkdtemp(join(tmpdir(), 'micro-cluster-'));
  const port = await freePort();
  const way = await wayIn(port, home);
  const start = (): Promise<RunningServer> =>
    startServer(home, [
      ...['--runtime', 'kubernetes', '--namespace', cluster.namespace],
      ...['--proxy', String(port), '--advertise', way.address],
    ]);
  let server = await start();
  const microWith: ClusterServer['microWith'] = (words, options) => microProcess(words, { home, ...options });
  const status: ClusterServer['status'] = async () => {
    const { out } = await microProcess(['status', '--json'], { home });
    const { services } = JSON.parse(out) as { services: SeenService[] };
    return new Map(services.map((service) => [service.name, service]));
  };
  return {
    get server() {
      return server;
    },
    home,
    microWith,
    micro: (...words) => microWith(words, {}),
    status,
    until: (name, what, is) =>
      waitFor(
        `${name} ${what}`,
        async () => {
          const service = (await status()).get(name);
          expect(service, name).toBeDefined();
          if (service && is(service)) return service;
          throw new Error(JSON.stringify(service));
        },
        podsMs,
      ),
    async restart() {
      await server.stop();
      server = await start();
    },
    async dispose() {
      await server.stop();
      await way.dispose();
      await rm(home, { recursive: true, force: true });
    },
  };
}
