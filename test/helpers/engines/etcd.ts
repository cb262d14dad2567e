import { join } from 'node:path';
import { freePort } from '../freePort.ts';
import { type Engine, engineFolder, engineProgram, startEngine } from './engineProcess.ts';

/** An etcd of its own for a file of tests. */
export interface Etcd extends Engine {
  /** Address of a prefix in it; another name, another environment. */
  address(prefix: string): string;
}

/** Makes and starts an etcd in a temporary folder. */
export async function startEtcd(): Promise<Etcd> {
  const program = engineProgram('etcd', 'etcd-server');
  const folder = await engineFolder('etcd');
  const port = await freePort();
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const engine = await startEngine({
    program,
    args: [
      ...['--data-dir', join(folder, 'data'), '--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ],
    port,
    folder,
    endSignal: 'SIGKILL',
    async ready() {
      const answer = await fetch(`${client}/health`);
      if (!(await answer.text()).includes('"true"')) throw new Error('etcd has no leader yet');
    },
  });
  return { ...engine, address: (prefix) => `etcd://127.0.0.1:${port}/${prefix}` };
}
