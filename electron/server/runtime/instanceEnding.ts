import { Deferred } from '../base/async.ts';
import { errorText } from '../base/logger.ts';
import type { ExitStatus, LaunchedProcess } from '../host/launcher.ts';
import type { ProcessInfo } from '../host/processTable.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { exitText, isFailure } from './exitReason.ts';
import type { InstanceEnd, InstancePhase } from './instanceEnd.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { InstanceProcess } from './instanceProcess.ts';
import type { InstanceServing } from './instanceServing.ts';
import type { JournalRecord } from './journalRecord.ts';
import type { StopRequest } from './stopRequest.ts';
import { processNames } from './treeEnd.ts';
import { exitOf, TreeEnding } from './treeEnding.ts';

/** The instance that is to end. */
export interface EndingInstance {
  readonly id: string;
  readonly spec: ServiceSpec;
  readonly log: RunLogWriter;
  readonly phase: InstancePhase;
  /** Resolves when its process runs, or could not be started. */
  readonly launched: Promise<void>;
  members(): Promise<ProcessInfo[]>;
  moveTo(phase: 'stopping'): void;
  changed(): void;
  /** Nothing of it is alive: its phase is `ended`, and what it held is given back. */
  release(): void;
  /** Its end is written down; there is nothing more to show of it. */
  conclude(): void;
}

/** How an instance ends: because somebody asked, or by itself; and what is written down of it. */
export class InstanceEnding {
  private readonly gate = new Deferred<InstanceEnd>();
  private readonly tree: TreeEnding;
  private request: StopRequest | undefined;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly host: InstanceHost,
    private readonly instance: EndingInstance,
    private readonly process: InstanceProcess,
    private readonly serving: InstanceServing,
    private readonly record: JournalRecord,
  ) {
    this.gate.promise.catch(() => {});
    this.tree = new TreeEnding(host, {
      key: () => process.key,
      spec: instance.spec,
      log: instance.log,
      execute: (command, timeoutMs) => process.execute(new AbortController().signal, command, timeoutMs),
      changed: () => instance.changed(),
    });
  }

  /** Resolves once, when nothing of its process tree is alive. */
  get ended(): Promise<InstanceEnd> {
    return this.gate.promise;
  }
  /** Pids that outlived SIGKILL. */
  get survivors(): readonly number[] {
    return this.tree.survivors;
  }
  /** Why it takes so long to stop: signals are ignored so far and SIGKILL follows, or the leader left something. */
  get text(): string {
    return this.tree.text;
  }
  /** Its end has begun. */
  get isAsked(): boolean {
    return this.request !== undefined;
  }

  /**
   * Ends the whole tree: stop command or signal, the grace time, SIGKILL. Resolves when nothing of it is alive, or when
   * even SIGKILL did not help (`survivors` is then set, and `ended` is still open). A second call may only add force.
   */
  stop(request: StopRequest): Promise<void> {
    if (request.force) this.tree.force();
    if (this.instance.phase === 'ended') return Promise.resolve();
    this.request ??= request;
    this.stopping ??= this.endTree(request).catch((error: unknown) => {
      const { id } = this.instance;
      this.host.logger.error('an instance could not be stopped', { instance: id, error: errorText(error) });
      this.serving.notYet(errorText(error));
    });
    return this.stopping;
  }

  private async endTree(request: StopRequest): Promise<void> {
    this.instance.moveTo('stopping');
    await this.instance.launched;
    const { launched, key } = this.process;
    if (!launched) {
      await this.finish({ outcome: request.why, failed: request.failed ?? false });
      return;
    }
    // A process that waits for somebody to read its output would never come to handle a signal.
    launched.resume();
    if ((await this.tree.end(exitOf(launched))) === 'gone') return this.settle(launched);
    // What even SIGKILL did not end may still end, minutes later.
    void this.host.trees.waitGone(key).then(
      () => this.settle(launched),
      () => {},
    );
  }

  /** Everything is gone; the leader's exit is read to the end before the instance counts as ended. */
  private async settle(launched: LaunchedProcess): Promise<void> {
    this.tree.survivors = [];
    const exit = await exitOf(launched);
    const request = this.request ?? { why: exitText(exit) };
    await this.finish({ outcome: request.why, failed: request.failed ?? false });
  }

  /** The leader has ended. What it left in the background is named and ended with it. */
  async handleExit(exit: ExitStatus): Promise<void> {
    const { instance } = this;
    if (instance.phase === 'ended' || this.request) return;
    const failed = isFailure(exit, instance.spec.successExitCodes);
    this.request = { why: exitText(exit), failed };
    this.serving.leave();
    let outcome = exitText(exit);
    try {
      const left = await instance.members();
      if (left.length > 0) {
        const ended = this.tree.endWhatIsLeft(left, outcome);
        instance.moveTo('stopping');
        await ended;
        outcome += `, left ${processNames(left)}`;
      }
    } catch (error) {
      this.host.logger.error('what an instance left could not be ended', {
        instance: instance.id,
        error: errorText(error),
      });
    }
    await this.finish({ outcome, failed }, false);
  }

  /** Nothing of it is alive: writes that down. `asked`: somebody here wanted it. */
  async finish(
    end: { outcome: string; failed: boolean },
    asked = this.request !== undefined && !this.request.failed,
  ): Promise<void> {
    const { host, instance, process } = this;
    const { log } = instance;
    if (instance.phase === 'ended') return;
    this.serving.leave();
    instance.release();
    const livedMs = process.startedMonotonic === 0 ? 0 : host.clock.monotonic() - process.startedMonotonic;
    const { forced } = this.tree;
    const outcome = forced ? `${end.outcome} (forced with SIGKILL)` : end.outcome;
    const remark = process.launched ? ({ text: outcome, level: end.failed ? 'error' : 'info' } as const) : undefined;
    // The next run may begin while this one's last lines are on their way to the disk; both are in the store's order.
    const logged = log.end({ endedAt: host.clock.now(), outcome, failed: end.failed }, remark);
    logged.catch((error: unknown) =>
      host.logger.error('the log of a run could not be ended', { error: errorText(error) }),
    );
    await this.record.forget();
    // Whoever hears of the end and asks for the run finds how it ended.
    if (!this.request?.replaced) await logged.catch(() => {});
    instance.conclude();
    this.gate.resolve({ outcome, failed: end.failed, asked, forced, livedMs });
  }
}
