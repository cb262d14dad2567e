import { Deferred } from '../base/async.ts';
import type { ExitStatus, LaunchedProcess } from '../host/launcher.ts';
import type { ProcessInfo } from '../host/processTable.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { spanText } from './exitReason.ts';
import type { InstanceHost } from './instanceHost.ts';
import { endTrees, processNames } from './treeEnd.ts';

/** Background processes that a service left get so long after SIGTERM. */
const leftoverGraceMs = 3000;

/** The instance whose processes are ended. */
export interface EndedInstance {
  key(): TreeKey;
  readonly spec: ServiceSpec;
  readonly log: RunLogWriter;
  /** Runs its stop command; undefined when it ended with 0, else why not. */
  execute(command: NonNullable<ServiceSpec['stop']['command']>, timeoutMs: number): Promise<string | undefined>;
  changed(): void;
}

/** How the processes of one instance are ended, and what is to be said of it meanwhile. */
export class TreeEnding {
  /** Pids that outlived SIGKILL. */
  survivors: number[] = [];
  /** Why it takes so long. */
  text = '';
  /** SIGKILL was needed. */
  forced = false;
  private readonly forceGate = new Deferred<void>();

  constructor(
    private readonly host: Pick<InstanceHost, 'trees' | 'clock'>,
    private readonly instance: EndedInstance,
  ) {}

  /** No further grace. */
  force(): void {
    this.forceGate.resolve();
  }

  /** Stop command or signal, the grace time, SIGKILL. `stuck`: even that did not help, and `survivors` says what lives. */
  async end(leaderGone: Promise<unknown>): Promise<'gone' | 'stuck'> {
    const { log, spec } = this.instance;
    const { command, signal } = spec.stop;
    const left = await endTrees(this.host, {
      keys: [this.instance.key()],
      ask: command ? () => this.run(command) : signal,
      graceMs: spec.stop.graceMs,
      leaderGone,
      force: this.forceGate,
      onForce: (alive) => {
        this.forced = true;
        this.text = this.forceGate.isDone ? 'SIGKILL' : `did not end within ${spanText(spec.stop.graceMs)}, SIGKILL`;
        log.note(`${this.text}: ${processNames(alive)}`, 'warn');
        this.instance.changed();
      },
    });
    if (left.length === 0) return 'gone';
    this.survivors = left.map(({ pid }) => pid);
    log.note(`could not stop: ${processNames(left)}`, 'error');
    this.instance.changed();
    return 'stuck';
  }

  /** The leader has ended as `outcome` says; `left` is what it left in the background. Resolves when that is gone. */
  async endWhatIsLeft(left: readonly ProcessInfo[], outcome: string): Promise<void> {
    const { host, instance } = this;
    const key = instance.key();
    instance.log.note(`${outcome}; it left in the background: ${processNames(left)}; these are ended too`, 'warn');
    this.text = `${outcome}; what it left in the background is ended`;
    const alive = await endTrees(host, {
      keys: [key],
      ask: 'SIGTERM',
      graceMs: leftoverGraceMs,
    });
    if (alive.length === 0) return;
    this.survivors = alive.map(({ pid }) => pid);
    await host.trees.waitGone(key);
    this.survivors = [];
  }

  private async run(command: NonNullable<ServiceSpec['stop']['command']>): Promise<void> {
    const { graceMs } = this.instance.spec.stop;
    const problem = await this.instance.execute(command, Math.max(graceMs, 1));
    if (problem) this.instance.log.note(`stop command: ${problem}`, 'warn');
  }
}

/** How a process ended, its output read. */
export function exitOf(launched: LaunchedProcess): Promise<ExitStatus> {
  if (launched.exit) return Promise.resolve(launched.exit);
  return new Promise((resolve) => {
    const subscription = launched.onDidExit((exit) => {
      subscription.dispose();
      resolve(exit);
    });
  });
}
