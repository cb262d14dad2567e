import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, errorCatalogue, MicroError } from '../../../shared/contract/errors.ts';
import { checkName, type KubernetesEnvironment } from './environment.ts';

/** s after its last use at which such a server ends by itself; a later command waits for a new one, about 2 s. */
const IDLE_SECONDS = 600;
/** A server that does not listen after this is not going to, ms; one that answers a slow cluster needs several seconds. */
const START_TIMEOUT_MS = 60_000;
/** Between two looks for its file, ms: somebody waits. */
const LOOK_MS = 25;
/** A server ends in order within its grace time, ms; services of a cluster are left alone, so there is little to do. */
const STOP_TIMEOUT_MS = 30_000;
/** How long the file of a server that was just found is believed, ms: a window asks many things a second. */
const BELIEVED_MS = 1_000;

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

/** Where the server of an environment keeps what it has. */
export function clusterHome(home: string, name: string): string {
  checkName(name);
  return join(home, 'environments', name);
}

/**
 * The servers on this machine that run services in clusters, one for each environment of that kind, each with a MICRO_HOME of its
 * own. They are started when they are needed and end some time after. The lock of a MICRO_HOME sees to it that there are never two.
 */
export class ClusterServers {
  private readonly believed = new Map<string, { server: ClusterServer; until: number }>();
  private readonly starting = new Map<string, Promise<ClusterServer>>();

  /** `program`: how to run `micro`; by default the program that this is. */
  constructor(
    private readonly home: string,
    private readonly findServer: FindServer,
    private readonly program: readonly string[] = [process.execPath, process.argv[1] ?? ''],
  ) {}

  /** The one that runs, if one does. */
  find(name: string): Promise<ClusterServer | undefined> {
    return this.findServer(clusterHome(this.home, name));
  }

  /** The one that runs, else a new one once it listens. Rejects with what kept it from starting, e.g. `kubernetes.unreachable`. */
  async reach(environment: KubernetesEnvironment): Promise<ClusterServer> {
    const { name } = environment;
    const known = this.believed.get(name);
    if (known && known.until > Date.now()) return known.server;
    const server = (await this.find(name)) ?? (await this.start(environment));
    this.believed.set(name, { server, until: Date.now() + BELIEVED_MS });
    return server;
  }

  /** Ends it; services go on. Resolves with whether one ran. */
  async stop(name: string): Promise<boolean> {
    this.believed.delete(name);
    const server = await this.find(name);
    if (!server) return false;
    await askToEnd(server);
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while ((await this.find(name))?.pid === server.pid) {
      if (Date.now() > deadline)
        throw new MicroError('server.unreachable', `the server of ${name} (pid ${server.pid}) does not end`);
      await delay(LOOK_MS);
    }
    return true;
  }

  /** Ends it and deletes everything that it kept: records, config, events, logs. */
  async remove(name: string): Promise<void> {
    await this.stop(name);
    await rm(clusterHome(this.home, name), { recursive: true, force: true });
  }

  private start(environment: KubernetesEnvironment): Promise<ClusterServer> {
    const { name } = environment;
    const known = this.starting.get(name);
    if (known) return known;
    const starting = this.startAnew(environment).finally(() => this.starting.delete(name));
    this.starting.set(name, starting);
    return starting;
  }

  private async startAnew(environment: KubernetesEnvironment): Promise<ClusterServer> {
    const { name } = environment;
    const home = clusterHome(this.home, name);
    const logFile = join(home, 'logs', 'server.log');
    await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
    const log = await open(logFile, 'a', 0o600);
    const { size: logBegin } = await log.stat();
    const [file = '', ...words] = this.program;
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
      const server = await this.findServer(home);
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
        throw new MicroError(
          'server.unreachable',
          `the server of ${name} did not listen within ${START_TIMEOUT_MS} ms`,
          {
            next: `see ${logFile}`,
          },
        );
      }
      await delay(LOOK_MS);
    }
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
function askToEnd({ proxy, token }: ClusterServer): Promise<void> {
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
