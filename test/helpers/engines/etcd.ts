import { join } from 'node:path';
import { freePort } from '../freePort.ts';
import { type Engine, engineFolder, engineProgram, startEngine } from './engineProcess.ts';

/** An etcd of its own for a file of tests. */
export interface Etcd extends Engine {
  /** Address of a prefix in it; another name, another environment. */
  address(prefix: string): string;
}

/** How one is to be different from what is usual. */
export interface EtcdOptions {
  /** More words of its command line. */
  args?: string[];
  /** It takes TLS alone. */
  tls?: boolean;
  /** Where it keeps its data; by default in a folder of its own. */
  dataDir?: string;
}

/** Makes and starts an etcd in a temporary folder. */
export async function startEtcd({ args = [], tls = false, dataDir }: EtcdOptions = {}): Promise<Etcd> {
  const program = engineProgram('etcd', 'etcd-server');
  const folder = await engineFolder('etcd');
  const port = await freePort();
  const client = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  // Told there without TLS, whatever the clients use.
  const metrics = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const engine = await startEngine({
    program,
    args: [
      ...[
        '--data-dir',
        dataDir ?? join(folder, 'data'),
        '--listen-client-urls',
        client,
        '--advertise-client-urls',
        client,
      ],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
      ...['--listen-metrics-urls', metrics, ...args],
    ],
    port,
    folder,
    endSignal: 'SIGKILL',
    async ready() {
      const answer = await fetch(`${metrics}/health`);
      if (!(await answer.text()).includes('"true"')) throw new Error('etcd has no leader yet');
    },
  });
  return { ...engine, address: (prefix) => `${tls ? 'https' : 'etcd'}://127.0.0.1:${port}/${prefix}` };
}
