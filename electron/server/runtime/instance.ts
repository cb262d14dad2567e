import { errorText } from '../base/logger.ts';
import { Deferred } from '../base/async.ts';
import { Emitter } from '../base/event.ts';
import type { ProcessInfo } from '../host/processTable.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import type { InstanceEnd, InstancePhase } from './instanceEnd.ts';
import { type EndingInstance, InstanceEnding } from './instanceEnding.ts';
import type { InstanceHost } from './instanceHost.ts';
import { InstanceProcess } from './instanceProcess.ts';
import { InstanceServing, type ServingInstance } from './instanceServing.ts';
import type { JournalRecord } from './journalRecord.ts';
import type { OpenDebugger } from './openDebugger.ts';
import type { RunOverrides } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';

/**
 * One life of one copy of a service: from the journal entry before its process exists until nothing of its process tree
 * is alive. `ended` resolves exactly once, and never while a process of the tree lives.
 */
export class Instance implements ServingInstance, EndingInstance {
  phase: InstancePhase = 'launching';

  private readonly emitter = new Emitter<void>();
  readonly onDidChange = this.emitter.event;
  private readonly launchGate = new Deferred<void>();
  private readonly process: InstanceProcess;
  private readonly serving: InstanceServing;
  private readonly ending: InstanceEnding;

  constructor(
    readonly id: string,
    readonly spec: ServiceSpec,
    readonly cause: string,
    private readonly host: InstanceHost,
    readonly log: RunLogWriter,
    record: JournalRecord,
    /** Which port it gets: a number, or `auto` for any other than those in use. */
    wantedPort: ServiceSpec['port'],
    overrides: RunOverrides = {},
  ) {
    this.process = new InstanceProcess(host, {
      id,
      spec,
      cause,
      log,
      record,
      wantedPort,
      overrides,
      isStopped: () => this.ending.isAsked,
      changed: () => this.changed(),
      handleExit: (exit) => void this.ending.handleExit(exit),
    });
    this.serving = new InstanceServing(host, this);
    this.ending = new InstanceEnding(host, this, this.process, this.serving, record);
  }

  get pid(): number {
    return this.process.pid;
  }
  get key(): TreeKey {
    return this.process.key;
  }
  get run(): number {
    return this.log.run;
  }
  get startedAt(): number {
    return this.process.startedAt;
  }
  get startedMonotonic(): number {
    return this.process.startedMonotonic;
  }
  get port(): number | undefined {
    return this.process.port;
  }
  get debugger(): OpenDebugger | undefined {
    return this.process.debugger;
  }
  get isDebugged(): boolean {
    return this.debugger !== undefined;
  }
  get debuggerPorts(): ReadonlySet<number> | undefined {
    return this.debugger?.ports;
  }
  get lineSeen(): Promise<void> {
    return this.process.lineSeen;
  }

  get address(): InstanceAddress | undefined {
    return this.serving.address;
  }
  get readyAt(): number {
    return this.serving.readyAt;
  }
  /** Why it is not ready yet, or what is wrong although it runs. */
  get problem(): string {
    return this.serving.problem;
  }
  get healthy(): boolean {
    return this.serving.healthy;
  }
  /** True once ready; false when it ended before. */
  get whenReady(): Promise<boolean> {
    return this.serving.whenReady;
  }

  /** Resolves when its process runs, or could not be started. */
  get launched(): Promise<void> {
    return this.launchGate.promise;
  }
  get ended(): Promise<InstanceEnd> {
    return this.ending.ended;
  }
  /** Pids that outlived SIGKILL. */
  get survivors(): readonly number[] {
    return this.ending.survivors;
  }
  /** Why it takes so long to stop: signals are ignored so far and SIGKILL follows, or the leader left something. */
  get stopText(): string {
    return this.ending.text;
  }

  members(): Promise<ProcessInfo[]> {
    return this.host.trees.members(this.key);
  }
  notYet(problem: string): void {
    this.serving.notYet(problem);
  }
  /** Runs a command with the environment and in the folder of this instance; undefined when it ended with 0. */
  execute(...how: Parameters<InstanceProcess['execute']>): Promise<string | undefined> {
    return this.process.execute(...how);
  }

  /** Starts the process. Rejects (and has ended) when that fails; the reason is a `launch.*`, `port.*` or `env-file.*` error. */
  async start(): Promise<void> {
    try {
      await this.process.launch();
      this.begin();
    } catch (error) {
      this.log.note(`not started: ${errorText(error)}`, 'error');
      this.launchGate.resolve();
      await this.ending.finish({ outcome: `failed to start: ${errorText(error)}`, failed: true });
      throw error;
    }
    this.launchGate.resolve();
  }

  /** It is not needed after all: gives up what was prepared for it. Only before `start`. */
  async discard(): Promise<void> {
    this.launchGate.resolve();
    await this.ending.finish({ outcome: 'not needed', failed: false });
  }

  private begin(): void {
    if (!this.process.launched || this.phase !== 'launching') return;
    if (this.spec.kind === 'task') {
      // A task has no readiness to prove: it runs, and what counts is how it ends.
      this.moveTo('ready');
      return;
    }
    this.moveTo('starting');
    void this.serving.begin();
  }

  /**
   * Ends the whole tree: stop command or signal, the grace time, SIGKILL. Resolves when nothing of it is alive, or when
   * even SIGKILL did not help (`survivors` is then set, and `ended` is still open). A second call may only add force.
   */
  stop(request: StopRequest): Promise<void> {
    return this.ending.stop(request);
  }

  /** Taken out of the registry while requests under way may still end. */
  retire(): void {
    this.serving.retire();
  }

  moveTo(phase: InstancePhase): void {
    if (phase === 'stopping') this.serving.leave();
    this.phase = phase;
    this.changed();
  }

  changed(): void {
    this.emitter.fire();
  }

  /** Nothing of it is alive: what it held is given back. */
  release(): void {
    this.phase = 'ended';
    this.serving.dispose();
    this.process.release();
  }

  /** Its end is written down. Who started it says what comes next; until then there is nothing to show. */
  conclude(): void {
    this.serving.conclude();
    this.emitter.dispose();
  }
}
