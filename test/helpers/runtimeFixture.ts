import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { create } from '@bufbuild/protobuf';
import { systemClock } from '../../electron/server/base/clock.ts';
import { createLogger, type LogEntry } from '../../electron/server/base/logger.ts';
import { ChildLauncher } from '../../electron/server/host/childLauncher.ts';
import { runtimeFiles } from '../../electron/server/host/files.ts';
import { FolderWatcher } from '../../electron/server/host/folderWatcher.ts';
import { Ports } from '../../electron/server/host/ports.ts';
import { SystemProcessTrees } from '../../electron/server/host/processTrees.ts';
import { PtyLauncher } from '../../electron/server/host/ptyLauncher.ts';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { createFileLogStore, type FileLogStore } from '../../electron/server/logs/fileLogStore.ts';
import { MemoryRegistry } from '../../electron/server/registry/memoryRegistry.ts';
import { createLocalRuntime } from '../../electron/server/runtime/localRuntime.ts';
import type { Runtime } from '../../electron/server/runtime/runtime.ts';
import { localScreens } from '../../electron/server/terminals/screen.ts';
import { TerminalHost } from '../../electron/server/terminals/terminalHost.ts';
import { InFlight } from '../../electron/server/traffic/inFlight.ts';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import { LogQuerySchema } from '../../shared/contract/gen/logs_pb.ts';
import type { Run } from '../../shared/contract/gen/service_details_pb.ts';
import { type Service, Status } from '../../shared/contract/gen/state_pb.ts';
import type { Manifest } from '../../shared/contract/manifest.ts';
import { FakeTerminalSocket } from './fakes/fakeTerminalSocket.ts';
import { FakeConfig } from './fakes/fakeConfig.ts';
import { checkProcessLeaks } from './leakCheck.ts';
import { processesWith, type SeenProcess } from './processesOf.ts';
import { tempFolder } from './tempFolder.ts';

/** A condition that a service does not reach in this time is a failure, ms. Generous: a loaded machine is slow, not wrong. */
const DEADLINE_MS = 20_000;

/** Where a runtime keeps its things; the same `home` again is what a server finds that is started once more. */
interface Places {
  home?: string;
  folder?: string;
}

/**
 * Returns a maker of runtimes for the tests of one file. Each is shut down after its test, and a process that is then
 * still alive fails the test.
 */
export function useRuntimes(): (places?: Places) => Promise<RuntimeFixture> {
  const env = checkProcessLeaks();
  const made = new Set<RuntimeFixture>();
  // Registered last, so it runs first: services end before it is looked for processes, and before their folders go.
  afterEach(async () => {
    for (const fixture of made) await fixture.dispose();
    made.clear();
  });
  return async (places = {}) => {
    const home = places.home ?? (await tempFolder('home'));
    const fixture = new RuntimeFixture(home, places.folder ?? (await tempFolder('project')), env);
    made.add(fixture);
    return fixture;
  };
}

/** A runtime with the real modules of this machine, on a MICRO_HOME and a project folder of its own. */
export class RuntimeFixture {
  /** What the runtime and its parts reported. */
  readonly entries: LogEntry[] = [];
  readonly registry = new MemoryRegistry(systemClock);
  readonly inFlight = new InFlight();
  readonly logs: FileLogStore;
  readonly runtime: Runtime;
  /** What services name in their env. */
  readonly config = new FakeConfig();
  /** Terminals of services with `tty: true`, and shells. */
  readonly terminals: TerminalHost;
  private readonly watcher = new FolderWatcher();
  private isDisposed = false;

  constructor(
    readonly home: string,
    readonly folder: string,
    /** Variables that every service gets: the mark of `checkProcessLeaks`. */
    readonly env: Readonly<Record<string, string>>,
  ) {
    const logger = createLogger((entry) => this.entries.push(entry));
    const table = createProcessTable();
    this.logs = createFileLogStore({ folder: join(home, 'logs'), clock: systemClock, logger });
    const trees = new SystemProcessTrees({ table });
    const ptyLauncher = new PtyLauncher();
    this.terminals = new TerminalHost({
      launcher: ptyLauncher,
      screens: localScreens,
      trees,
      clock: systemClock,
      logger,
      environment: () => Promise.resolve({ PATH: process.env['PATH'] ?? '' }),
      servicePlace: (service) => this.runtime.place(service),
    });
    this.runtime = createLocalRuntime({
      home,
      clock: systemClock,
      logger,
      launcher: new ChildLauncher(),
      ptyLauncher,
      terminals: this.terminals.live,
      trees,
      processes: table,
      ports: new Ports(table),
      files: runtimeFiles,
      logs: this.logs,
      registry: this.registry,
      systemEnvironment: () => Promise.resolve({ PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }),
      config: this.config.lookup,
      onDidChangeConfig: this.config.onDidChange,
      // Nobody listens there; services of these tests do not call each other.
      serverAddresses: () => ({ gateway: 'http://127.0.0.1:1', proxy: '127.0.0.1:1' }),
      serviceToken: (service) => `token-of-${service}`,
      inFlight: this.inFlight,
      watcher: this.watcher,
    });
    this.runtime.onDidChange(({ removedServices }) => {
      for (const name of removedServices) this.terminals.live.forget(name);
    });
  }

  /** Writes a file of the project. */
  async write(path: string, text: string): Promise<string> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  /** Writes micro.yaml (JSON is YAML). */
  async writeManifest(services: Manifest['services'], more: Omit<Manifest, 'services'> = {}): Promise<void> {
    await this.write(
      'micro.yaml',
      JSON.stringify({ name: 'test', ...more, env: { ...this.env, ...more.env }, services }, null, 2),
    );
  }

  /** Writes micro.yaml and opens the project; nothing is started. */
  async open(services: Manifest['services'], more: Omit<Manifest, 'services'> = {}): Promise<void> {
    await this.writeManifest(services, more);
    await this.runtime.openProject(this.folder);
  }

  /** Deals with what an earlier runtime of this MICRO_HOME left, and brings back what was wanted. */
  recover(): Promise<void> {
    return this.runtime.recover(() => {}, new AbortController().signal);
  }

  /** Starts services with what they need; resolves with the last event of each, once all are there or failed. */
  async start(...names: string[]): Promise<Map<string, ActionEvent>> {
    const last = new Map<string, ActionEvent>();
    await this.runtime.start(
      names,
      { withDependencies: true },
      (event) => last.set(event.service, event),
      AbortSignal.timeout(DEADLINE_MS),
    );
    return last;
  }

  async stop(...names: string[]): Promise<Map<string, ActionEvent>> {
    const last = new Map<string, ActionEvent>();
    await this.runtime.stop(names, { force: false, withDependents: false }, (event) => last.set(event.service, event));
    return last;
  }

  async restart(...names: string[]): Promise<void> {
    await this.runtime.restart(names, () => {}, AbortSignal.timeout(DEADLINE_MS));
  }

  /** Looks at a terminal from now on. */
  look(id: string, draws = true): FakeTerminalSocket {
    const socket = new FakeTerminalSocket(draws);
    this.terminals.attach(id, socket);
    return socket;
  }

  service(name: string): Service {
    const service = this.runtime.service(name);
    if (!service) throw new Error(`the runtime has no service ${name}`);
    return service;
  }

  /** Status and reason as one text: `ERROR exit 3`. */
  state(name: string): string {
    const { status, reason } = this.service(name);
    return `${Status[status]} ${reason}`.trim();
  }

  pid(name: string): number {
    return this.service(name).instances[0]?.pid ?? 0;
  }

  /** Resolves as soon as the service satisfies `test`; rejects with what it was instead. */
  until(name: string, test: (service: Service) => boolean, deadlineMs = DEADLINE_MS): Promise<Service> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const service = this.runtime.service(name);
        if (!service || !test(service)) return;
        finish();
        resolve(service);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`${name} is still: ${this.state(name)}\n${this.logs.lastLines(name, 20).join('\n')}`));
      }, deadlineMs);
      const subscription = this.runtime.onDidChange(look);
      const finish = (): void => {
        clearTimeout(timer);
        subscription.dispose();
      };
      look();
    });
  }

  untilStatus(name: string, status: Status): Promise<Service> {
    return this.until(name, (service) => service.status === status);
  }

  /** What is alive of a service of this test, whichever instance it belongs to. */
  async processes(name: string): Promise<SeenProcess[]> {
    const [[variable, value] = ['', '']] = Object.entries(this.env);
    return (await processesWith(`${variable}=${value}`)).filter(({ service }) => service === name);
  }

  runs(name: string): Promise<Run[]> {
    return this.runtime.runs(name, 100);
  }

  /** Everything in the log of a service, as `stream text`. */
  async lines(name: string): Promise<string[]> {
    const lines: string[] = [];
    const query = create(LogQuerySchema, { services: [name] });
    const options = { query, tail: 0, follow: false, limit: 0 };
    for await (const { records } of this.logs.read(options, new AbortController().signal)) {
      lines.push(...records.map((record) => `${record.stream} ${record.text}`));
    }
    return lines;
  }

  async dispose(): Promise<void> {
    if (this.isDisposed) return;
    this.isDisposed = true;
    await Promise.all([this.runtime.shutdown(() => {}), this.terminals.stop()]);
    this.watcher.stop();
    this.registry.dispose();
    await this.logs.close();
    this.logs.dispose();
  }
}
