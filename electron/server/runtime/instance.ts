import { errorText } from '../base/logger.ts';
import { Deferred } from '../base/async.ts';
import { Emitter } from '../base/event.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import type { ExitStatus, LaunchedProcess } from '../host/launcher.ts';
import type { ProcessInfo } from '../host/processTable.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import { withArguments } from '../project/commandLine.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { plainEnvironment } from './environment.ts';
import { type OpenDebugger, openDebugger } from './openDebugger.ts';
import { exitText, isFailure, spanText } from './exitReason.ts';
import { helperProblem, helperSuffix } from './helperProcess.ts';
import { addressText, type InstanceAddress } from './instanceAddress.ts';
import type { InstanceEnd, InstancePhase } from './instanceEnd.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { JournalRecord } from './journalRecord.ts';
import { findLateListener } from './lateListener.ts';
import { logOutput } from './logOutput.ts';
import { LineMatcher } from './lineMatcher.ts';
import { watchLiveness } from './liveness.ts';
import { proveReadiness } from './readiness.ts';
import type { ReadinessSubject } from './readinessSubject.ts';
import { noteReady, registerInstance } from './readyInstance.ts';
import type { RunOverrides } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';
import { processNames } from './treeEnd.ts';
import { exitOf, TreeEnding } from './treeEnding.ts';

/** Size of a pseudo terminal that nobody looks at: wide enough that log lines are rarely broken. */
const usualTtySize = { cols: 120, rows: 30 };

/**
 * One life of one copy of a service: from the journal entry before its process exists until nothing of its process tree
 * is alive. `ended` resolves exactly once, and never while a process of the tree lives.
 */
export class Instance implements ReadinessSubject {
  phase: InstancePhase = 'launching';
  pid = 0;
  address: InstanceAddress | undefined;
  startedAt = 0;
  readyAt = 0;
  port: number | undefined;
  /** Why it is not ready yet, or what is wrong although it runs. */
  problem = '';
  healthy = true;
  /** Opened for this run; the port is unknown until the runtime says it. */
  debugger: OpenDebugger | undefined;

  private readonly emitter = new Emitter<void>();
  readonly onDidChange = this.emitter.event;
  private readonly readyGate = new Deferred<boolean>();
  private readonly endGate = new Deferred<InstanceEnd>();
  private readonly launchGate = new Deferred<void>();
  private readonly lineGate = new Deferred<void>();
  private readonly ending: TreeEnding;
  private readonly life = new AbortController();
  private readonly store = new DisposableStore();
  private request: StopRequest | undefined;
  private stopping: Promise<void> | undefined;
  private process: LaunchedProcess | undefined;
  private startTime = '';
  private environment: Record<string, string> = {};
  private startedMonotonic = 0;

  constructor(
    readonly id: string,
    readonly spec: ServiceSpec,
    readonly cause: string,
    private readonly host: InstanceHost,
    private readonly log: RunLogWriter,
    private readonly record: JournalRecord,
    /** Which port it gets: a number, or `auto` for any other than those in use. */
    private readonly wantedPort: ServiceSpec['port'],
    private readonly overrides: RunOverrides = {},
  ) {
    this.endGate.promise.catch(() => {});
    this.ending = new TreeEnding(host, {
      key: () => this.key,
      spec,
      log,
      execute: (command, timeoutMs) => this.execute(new AbortController().signal, command, timeoutMs),
      changed: () => this.emitter.fire(),
    });
  }

  /** Pids that outlived SIGKILL. */
  get survivors(): readonly number[] {
    return this.ending.survivors;
  }
  /** Why it takes so long to stop: signals are ignored so far and SIGKILL follows, or the leader left something. */
  get stopText(): string {
    return this.ending.text;
  }

  get run(): number {
    return this.log.run;
  }
  /** True once ready; false when it ended before. */
  get whenReady(): Promise<boolean> {
    return this.readyGate.promise;
  }
  get ended(): Promise<InstanceEnd> {
    return this.endGate.promise;
  }
  get lineSeen(): Promise<void> {
    return this.lineGate.promise;
  }
  get key(): TreeKey {
    return { pid: this.pid, startTime: this.startTime, marker: this.id };
  }

  members(): Promise<ProcessInfo[]> {
    return this.host.trees.members(this.key);
  }

  notYet(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    this.emitter.fire();
  }

  /** Starts the process. Rejects (and has ended) when that fails; the reason is a `launch.*`, `port.*` or `env-file.*` error. */
  async start(): Promise<void> {
    try {
      await this.launch();
    } catch (error) {
      this.log.note(`not started: ${errorText(error)}`, 'error');
      this.launchGate.resolve();
      await this.finish({ outcome: `failed to start: ${errorText(error)}`, failed: true });
      throw error;
    }
    this.launchGate.resolve();
  }

  private async launch(): Promise<void> {
    const { host, spec } = this;
    if (!spec.command) throw new Error(`${spec.name} has no command`);
    this.port = await host.ports.take(this.wantedPort, spec.name, this.id);
    const environment = await host.environment(spec, this.port, this.id);
    this.environment = { ...plainEnvironment(environment), ...this.overrides.env };
    for (const warning of environment.warnings) this.log.note(warning, 'warn');
    await this.record.written;
    const argv = await this.commandOf(withArguments(spec.command, this.overrides.args ?? []).argv);
    const matcher = spec.ready.by === 'log' ? new LineMatcher(spec.ready.log ?? '') : undefined;
    if (this.request) return;
    this.startedAt = host.clock.now();
    this.startedMonotonic = host.clock.monotonic();
    const launched = await (spec.tty ? host.ptyLauncher : host.launcher).launch({
      argv,
      cwd: spec.folder,
      env: this.environment,
      ...(spec.tty ? { tty: host.terminals?.size(spec.name) ?? usualTtySize } : {}),
    });
    this.process = launched;
    this.pid = launched.pid;
    this.startTime = launched.startTime;
    this.store.add(
      logOutput(launched, this.log, (chunk) => {
        if (matcher?.push(chunk.stream, chunk.data)) this.lineGate.resolve();
        this.findDebugger(chunk.data);
      }),
    );
    if (spec.tty) host.terminals?.show(spec.name, spec.folder, launched);
    this.store.add(launched.onDidExit((exit) => void this.handleExit(exit)));
    this.log.update({ pid: this.pid });
    this.log.note(`started: pid ${this.pid}${this.port === undefined ? '' : `, port ${this.port}`} (${this.cause})`);
    await this.record.started(this.pid, this.startTime);
    if (launched.exit) void this.handleExit(launched.exit);
    if (this.phase !== 'launching') return;
    if (spec.kind === 'task') {
      // A task has no readiness to prove: it runs, and what counts is how it ends.
      this.moveTo('ready');
      return;
    }
    this.moveTo('starting');
    void this.becomeReady();
  }

  /** The command as it is started: with its debugger open when that was asked for. */
  private async commandOf(argv: readonly string[]): Promise<readonly string[]> {
    if (!this.overrides.debug) return argv;
    const { host, spec, id, environment } = this;
    this.debugger = await openDebugger(host, argv, { spec, environment, instance: id });
    Object.assign(environment, this.debugger.env);
    return this.debugger.argv;
  }

  private findDebugger(data: Uint8Array): void {
    if (this.debugger?.hear(data)) this.emitter.fire();
  }

  get debuggerPorts(): ReadonlySet<number> | undefined {
    return this.debugger?.ports;
  }

  private async becomeReady(): Promise<void> {
    const { withinMs } = this.spec.ready;
    const limit =
      withinMs === undefined
        ? undefined
        : this.host.clock.setTimeout(() => {
            const problem = this.problem ? `: ${this.problem}` : '';
            void this.stop({ why: `not ready within ${spanText(withinMs)}${problem}`, failed: true });
          }, withinMs);
    try {
      const address = await proveReadiness(this.host, this, this.life.signal);
      if (this.phase !== 'starting') return;
      this.readyAt = this.host.clock.now();
      this.problem = '';
      this.address = address;
      this.moveTo('ready');
      this.log.update({ readyAt: this.readyAt });
      noteReady(this.log, this, address, this.host.clock.monotonic() - this.startedMonotonic);
      if (address) this.register(address);
      else if (this.spec.port !== 'none') void this.findLateListener();
      this.readyGate.resolve(true);
      // A process that stands at a breakpoint answers nobody and is not ill.
      if (this.spec.live && !this.debugger)
        this.store.add(watchLiveness(this.host, this, (problem) => this.handleUnhealthy(problem)));
    } catch (error) {
      if (!this.life.signal.aborted) {
        this.host.logger.error('a readiness check failed', { service: this.spec.name, error: errorText(error) });
        this.notYet(`its readiness cannot be checked: ${errorText(error)}`);
      }
    } finally {
      limit?.dispose();
    }
  }

  private register(address: InstanceAddress): void {
    const { id, run, pid } = this;
    registerInstance(this.host.registry, this.spec, { id, run, pid, address });
  }

  /** A service that was taken for one without a port may begin to listen later. */
  private async findLateListener(): Promise<void> {
    const address = await findLateListener(this.host, this, this.startedMonotonic, this.life.signal);
    if (this.phase !== 'ready' || !address) return;
    this.address = address;
    this.log.note(`listens at ${addressText(address)}`);
    this.register(address);
    this.emitter.fire();
  }

  private handleUnhealthy(problem: { text: string; final: boolean } | undefined): void {
    this.healthy = problem === undefined;
    this.notYet(problem?.text ?? '');
    if (!problem?.final) return;
    this.log.note(`not healthy: ${problem.text}`, 'error');
    void this.stop({ why: `not healthy: ${problem.text}`, failed: true });
  }

  /** Runs a command with the environment and in the folder of this instance; undefined when it ended with 0. */
  execute(
    signal: AbortSignal,
    command = this.spec.ready.exec,
    timeoutMs = this.spec.ready.timeoutMs,
  ): Promise<string | undefined> {
    if (!command) return Promise.resolve(undefined);
    const env = { ...this.environment, MICRO_PID: String(this.pid) };
    const helper = { command, cwd: this.spec.folder, env, marker: this.id + helperSuffix, timeoutMs };
    return helperProblem(this.host, helper, signal);
  }

  /**
   * Ends the whole tree: stop command or signal, the grace time, SIGKILL. Resolves when nothing of it is alive, or when
   * even SIGKILL did not help (`survivors` is then set, and `ended` is still open). A second call may only add force.
   */
  stop(request: StopRequest): Promise<void> {
    if (request.force) this.ending.force();
    if (this.phase === 'ended') return Promise.resolve();
    this.request ??= request;
    this.stopping ??= this.endTree(request).catch((error: unknown) => {
      this.host.logger.error('an instance could not be stopped', { instance: this.id, error: errorText(error) });
      this.problem = errorText(error);
      this.emitter.fire();
    });
    return this.stopping;
  }

  private async endTree(request: StopRequest): Promise<void> {
    this.moveTo('stopping');
    await this.launchGate.promise;
    if (this.pid === 0) {
      await this.finish({ outcome: request.why, failed: request.failed ?? false });
      return;
    }
    // A process that waits for somebody to read its output would never come to handle a signal.
    this.process?.resume();
    if ((await this.ending.end()) === 'gone') return this.settle();
    // What even SIGKILL did not end may still end, minutes later.
    void this.host.trees.waitGone(this.key).then(
      () => this.settle(),
      () => {},
    );
  }

  /** Everything is gone; the leader's exit is read to the end before the instance counts as ended. */
  private async settle(): Promise<void> {
    this.ending.survivors = [];
    const exit = await exitOf(this.process as LaunchedProcess);
    const request = this.request ?? { why: exitText(exit) };
    await this.finish({ outcome: request.why, failed: request.failed ?? false });
  }

  /** The leader has ended. What it left in the background is named and ended with it. */
  private async handleExit(exit: ExitStatus): Promise<void> {
    if (this.phase === 'ended' || this.request) return;
    this.request = { why: exitText(exit), failed: isFailure(exit, this.spec.successExitCodes) };
    this.leave();
    let outcome = exitText(exit);
    try {
      const left = await this.members();
      if (left.length > 0) {
        const ended = this.ending.endWhatIsLeft(left, outcome);
        this.moveTo('stopping');
        await ended;
        outcome += `, left ${processNames(left)}`;
      }
    } catch (error) {
      this.host.logger.error('what an instance left could not be ended', {
        instance: this.id,
        error: errorText(error),
      });
    }
    await this.finish({ outcome, failed: isFailure(exit, this.spec.successExitCodes) }, false);
  }

  /** Takes it out of the registry and ends its checks. */
  private leave(): void {
    if (this.life.signal.aborted) return;
    this.life.abort(new Error('the instance ends'));
    this.host.registry.deregister(this.spec.name, this.id);
  }

  /** Taken out of the registry while requests under way may still end. */
  retire(): void {
    this.host.registry.deregister(this.spec.name, this.id);
  }

  private moveTo(phase: InstancePhase): void {
    if (phase === 'stopping') this.leave();
    this.phase = phase;
    this.emitter.fire();
  }

  private async finish(
    end: { outcome: string; failed: boolean },
    asked = this.request !== undefined && !this.request.failed,
  ): Promise<void> {
    if (this.phase === 'ended') return;
    this.leave();
    this.phase = 'ended';
    this.store.dispose();
    this.host.ports.release(this.id);
    const livedMs = this.startedMonotonic === 0 ? 0 : this.host.clock.monotonic() - this.startedMonotonic;
    const outcome = this.ending.forced ? `${end.outcome} (forced with SIGKILL)` : end.outcome;
    if (this.pid !== 0) this.log.note(outcome, end.failed ? 'error' : 'info');
    // The next run may begin while this one's last lines are on their way to the disk; both are in the store's order.
    const logged = this.log.end({ endedAt: this.host.clock.now(), outcome, failed: end.failed });
    logged.catch((error: unknown) =>
      this.host.logger.error('the log of a run could not be ended', { error: errorText(error) }),
    );
    await this.record.forget();
    // Whoever hears of the end and asks for the run finds how it ended.
    if (!this.request?.replaced) await logged.catch(() => {});
    this.readyGate.resolve(false);
    // Who started it says what comes next; until then there is nothing to show.
    this.emitter.dispose();
    this.endGate.resolve({ outcome, failed: end.failed, asked, forced: this.ending.forced, livedMs });
  }
}
