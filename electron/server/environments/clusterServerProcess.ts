import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, errorCatalogue, MicroError } from '../../../shared/contract/errors.ts';
import type { KubernetesEnvironment } from './environment.ts';

/** s after its last use at which such a server ends by itself; a later command waits for a new one, about 2 s. */
const IDLE_SECONDS = 600;
/** A server that does not listen after this is not going to, ms; one that answers a slow cluster needs several seconds. */
const START_TIMEOUT_MS = 60_000;
/** Between two looks for its file, ms: somebody waits. */
export const LOOK_MS = 25;

/** A server that runs on this machine. */
export interface ClusterServer {
  pid: number;
  /** Base address of its API. */
  proxy: string;
  /** Opens it for the user of this machine. */
  token: string;
}

/** Finds the server of a MICRO_HOME; see `findServer`. */
export type FindServer = (home: string) => Promise<ClusterServer | undefined>;

/** Starts the server of an environment; resolves with it once it listens, or with the one of another command that was first. */
export async function startClusterServer(
  environment: KubernetesEnvironment,
  home: string,
  findServer: FindServer,
  program: readonly string[],
): Promise<ClusterServer> {
  const { name } = environment;
  const logFile = join(home, 'logs', 'server.log');
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
  const log = await open(logFile, 'a', 0o600);
  const { size: logBegin } = await log.stat();
  const [file = '', ...words] = program;
  // Of its own, so that it outlives the command that needed it first.
  const child = spawn(file, [...words, ...serverWords(environment, home)], {
    cwd: home,
    env: environmentOfServer(home),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
    windowsHide: true,
  });
  let end: string | undefined;
  child.once('error', (error) => (end = error.message));
  child.once('exit', (code, signal) => (end ??= signal ?? `code ${code}`));
  child.once('spawn', () => child.unref());
  await log.close();
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const server = await findServer(home);
    if (server) {
      // Another command was first; this one's must not come up later, when that one has ended.
      if (server.pid !== child.pid) child.kill();
      return server;
    }
    if (end !== undefined) {
      const problem = await problemOf(logFile, logBegin, `the server of ${name} did not start: ${end}`);
      // Another command was first, and its server is about to listen.
      if (problem.code !== 'server.already-running') throw problem;
    }
    if (Date.now() > deadline) {
      child.kill();
      throw new MicroError('server.unreachable', `the server of ${name} did not listen within ${START_TIMEOUT_MS} ms`, {
        next: `see ${logFile}`,
      });
    }
    await delay(LOOK_MS);
  }
}

/** The words of `micro server` for an environment. */
export function serverWords(environment: KubernetesEnvironment, home: string): string[] {
  const { context, kubeNamespace, kubeconfig, imagePrefix, advertise } = environment;
  // Where pods were told to find it, it has to listen.
  const port = advertise === undefined ? '0' : (advertise.split(':').at(-1) as string);
  return [
    ...['server', '--home', home, '--json', '--gateway', '0', '--proxy', port],
    ...['--end-when-idle', String(IDLE_SECONDS)],
    ...['--runtime', 'kubernetes', '--kube-context', context, '--namespace', kubeNamespace],
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(imagePrefix === undefined ? [] : ['--image-prefix', imagePrefix]),
    ...(advertise === undefined ? [] : ['--advertise', advertise]),
  ];
}

/** What this process was told about itself is not about the other server. */
function environmentOfServer(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^MICRO_(?!NODE$)/.test(name));
  return { ...Object.fromEntries(kept), MICRO_HOME: home };
}

/** The error that a server wrote before it ended, by its code; else `otherwise` with its last line. */
async function problemOf(logFile: string, begin: number, otherwise: string): Promise<MicroError> {
  const text = (await readFile(logFile)).subarray(begin).toString('utf8').trim();
  for (const line of text.split('\n').reverse()) {
    try {
      const { code = '', message = '', next } = (JSON.parse(line) as { error?: Partial<MicroError> }).error ?? {};
      if (code in errorCatalogue) return new MicroError(code as ErrorCode, message, { ...(next ? { next } : {}) });
    } catch {
      // A line of the log.
    }
  }
  const last = text.split('\n').at(-1);
  return new MicroError('server.unreachable', last ? `${otherwise} (${last})` : otherwise, { next: `see ${logFile}` });
}

/** The one call of the contract that ends it; its answer is a stream, which Connect frames: flags, length, JSON. */
export function askToEnd({ proxy, token }: ClusterServer): Promise<void> {
  const message = Buffer.from('{}');
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const headers = {
    'content-type': 'application/connect+json',
    'connect-protocol-version': '1',
    authorization: `Bearer ${token}`,
  };
  return new Promise((resolve) => {
    const asking = request(`${proxy}/desktop.Desktop/Shutdown`, { method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('close', resolve);
    });
    // It may end before it has answered; whether it ends is looked for.
    asking.once('error', () => resolve());
    asking.end(Buffer.concat([head, message]));
  });
}
