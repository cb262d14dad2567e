import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../freePort.ts';
import { type Engine, engineFolder, engineProgram, startEngine } from './engineProcess.ts';

/** A nats-server with JetStream of its own for a file of tests. */
export interface Nats extends Engine {
  /** Address of a prefix in it; another name, another environment. */
  address(prefix: string): string;
}

/** How one is to be different from what is usual. */
export interface NatsOptions {
  /** More lines of its configuration. */
  config?: string;
  /** Where JetStream keeps its streams; by default in a folder of its own. */
  storeDir?: string;
  /** Without JetStream. */
  plain?: boolean;
  /** Another program that runs it; given its words, returns those of the whole. */
  wrap?(words: string[]): string[];
}

/** Makes and starts a nats-server that keeps its streams in a temporary folder. */
export async function startNats({
  config = '',
  storeDir,
  plain = false,
  wrap = (words) => words,
}: NatsOptions = {}): Promise<Nats> {
  const program = engineProgram('nats-server', 'nats-server');
  const folder = await engineFolder('nats');
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  await writeFile(file, `host: 127.0.0.1\nport: ${port}\n${config}\n`);
  const options = plain ? [] : ['-js', '-sd', storeDir ?? join(folder, 'data')];
  const [first = program, ...args] = wrap([program, '-c', file, ...options]);
  const engine = await startEngine({
    program: first,
    args,
    port,
    folder,
    endSignal: 'SIGKILL',
  });
  return { ...engine, address: (prefix) => `nats://127.0.0.1:${port}/${prefix}` };
}
