import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MicroError } from '../../../shared/contract/errors.ts';
import { askToEnd, type ClusterServer, type FindServer, LOOK_MS, startClusterServer } from './clusterServerProcess.ts';
import { checkName, type KubernetesEnvironment } from './environment.ts';

/** A server ends in order within its grace time, ms; services of a cluster are left alone, so there is little to do. */
const STOP_TIMEOUT_MS = 30_000;
/** How long the file of a server that was just found is believed, ms: a window asks many things a second. */
const BELIEVED_MS = 1_000;

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
    const starting = startClusterServer(
      environment,
      clusterHome(this.home, name),
      this.findServer,
      this.program,
    ).finally(() => this.starting.delete(name));
    this.starting.set(name, starting);
    return starting;
  }
}
