import { Deferred } from '../base/async.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import type { ExitStatus, LaunchedProcess } from '../host/launcher.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import { withArguments } from '../project/commandLine.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { plainEnvironment } from './environment.ts';
import { helperProblem, helperSuffix } from './helperProcess.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { JournalRecord } from './journalRecord.ts';
import { LineMatcher } from './lineMatcher.ts';
import { logOutput } from './logOutput.ts';
import { type OpenDebugger, openDebugger } from './openDebugger.ts';
import type { RunOverrides } from './serviceUnit.ts';

/** Size of a pseudo terminal that nobody looks at: wide enough that log lines are rarely broken. */
const usualTtySize = { cols: 120, rows: 30 };

/** The instance that a process is started for. */
export interface ProcessOwner {
  readonly id: string;
  readonly spec: ServiceSpec;
  readonly cause: string;
  readonly log: RunLogWriter;
  readonly record: JournalRecord;
  /** Which port it gets: a number, or `auto` for any other than those in use. */
  readonly wantedPort: ServiceSpec['port'];
  readonly overrides: RunOverrides;
  /** It is to end before its process was even started. */
  isStopped(): boolean;
  changed(): void;
  handleExit(exit: ExitStatus): void;
}

/** The process of one instance: its port, environment and command, its output, and commands that run beside it. */
export class InstanceProcess {
  /** 0 until it was started. */
  pid = 0;
  startedAt = 0;
  /** 0 until it was started. */
  startedMonotonic = 0;
  port: number | undefined;
  /** Opened for this run; the port is unknown until the runtime says it. */
  debugger: OpenDebugger | undefined;
  launched: LaunchedProcess | undefined;

  private startTime = '';
  private environment: Record<string, string> = {};
  private readonly lineGate = new Deferred<void>();
  private readonly store = new DisposableStore();

  constructor(
    private readonly host: InstanceHost,
    private readonly owner: ProcessOwner,
  ) {}

  get key(): TreeKey {
    return { pid: this.pid, startTime: this.startTime, marker: this.owner.id };
  }

  /** Resolves when its output had the line that its readiness waits for. */
  get lineSeen(): Promise<void> {
    return this.lineGate.promise;
  }

  /** Resolves when it runs, or when the instance was stopped before. Rejects with a `launch.*`, `port.*` or `env-file.*` error. */
  async launch(): Promise<void> {
    const { host, owner } = this;
    const { spec, log, record, overrides } = owner;
    if (!spec.command) throw new Error(`${spec.name} has no command`);
    this.port = await host.ports.take(owner.wantedPort, spec.name, owner.id);
    const environment = await host.environment(spec, this.port, owner.id);
    this.environment = { ...plainEnvironment(environment), ...overrides.env };
    for (const warning of environment.warnings) log.note(warning, 'warn');
    await record.written;
    const argv = await this.commandOf(withArguments(spec.command, overrides.args ?? []).argv);
    if (owner.isStopped()) return;
    this.startedAt = host.clock.now();
    this.startedMonotonic = host.clock.monotonic();
    const launched = await (spec.tty ? host.ptyLauncher : host.launcher).launch({
      argv,
      cwd: spec.folder,
      env: this.environment,
      ...(spec.tty ? { tty: host.terminals?.size(spec.name) ?? usualTtySize } : {}),
    });
    this.launched = launched;
    this.pid = launched.pid;
    this.startTime = launched.startTime;
    this.hear(launched);
    log.update({ pid: this.pid });
    log.note(`started: pid ${this.pid}${this.port === undefined ? '' : `, port ${this.port}`} (${owner.cause})`);
    await record.started(this.pid, this.startTime);
    if (launched.exit) owner.handleExit(launched.exit);
  }

  /** The command as it is started: with its debugger open when that was asked for. */
  private async commandOf(argv: readonly string[]): Promise<readonly string[]> {
    const { id, spec, overrides } = this.owner;
    if (!overrides.debug) return argv;
    this.debugger = await openDebugger(this.host, argv, { spec, environment: this.environment, instance: id });
    Object.assign(this.environment, this.debugger.env);
    return this.debugger.argv;
  }

  private hear(launched: LaunchedProcess): void {
    const { spec, log } = this.owner;
    const matcher = spec.ready.by === 'log' ? new LineMatcher(spec.ready.log ?? '') : undefined;
    this.store.add(
      logOutput(launched, log, (chunk) => {
        if (matcher?.push(chunk.stream, chunk.data)) this.lineGate.resolve();
        if (this.debugger?.hear(chunk.data)) this.owner.changed();
      }),
    );
    if (spec.tty) this.host.terminals?.show(spec.name, spec.folder, launched);
    this.store.add(launched.onDidExit((exit) => this.owner.handleExit(exit)));
  }

  /** Runs a command with the environment and in the folder of the service; undefined when it ended with 0. */
  execute(
    signal: AbortSignal,
    command = this.owner.spec.ready.exec,
    timeoutMs = this.owner.spec.ready.timeoutMs,
  ): Promise<string | undefined> {
    if (!command) return Promise.resolve(undefined);
    const env = { ...this.environment, MICRO_PID: String(this.pid) };
    const helper = { command, cwd: this.owner.spec.folder, env, marker: this.owner.id + helperSuffix, timeoutMs };
    return helperProblem(this.host, helper, signal);
  }

  /** Hears nothing more of it and gives its port back. */
  release(): void {
    this.store.dispose();
    this.host.ports.release(this.owner.id);
  }
}
