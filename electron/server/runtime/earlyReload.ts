import type { Disposable } from '../base/lifecycle.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ServiceCopies } from './serviceCopies.ts';

/**
 * A service whose files go on changing is started again after so long, ms: callers are held for 10 s, and a tree may change
 * for as long. A save of many files at once is over well before.
 */
const longestDownMs = 1000;

/**
 * Begins a reload while the files of a save settle, so that it does not take both one after the other: a new copy beside
 * the old one is prepared, and copies that have to end first begin to. From `begin` on somebody has to call `take` or
 * `undo`; a service whose files do not come to rest is started again by itself.
 */
export class EarlyReload {
  private release: (() => void) | undefined;
  private timer: Disposable | undefined;

  constructor(
    private readonly host: Pick<InstanceHost, 'clock'>,
    private readonly copies: Pick<
      ServiceCopies,
      'announceRestart' | 'haltForRestart' | 'begin' | 'prepareRoll' | 'dropPrepared'
    >,
    private readonly isWanted: () => boolean,
    private readonly handleProblem: (error: unknown) => void,
  ) {}

  /** Copies are ending for it. */
  get isStopping(): boolean {
    return this.release !== undefined;
  }

  /** `rolls`: a copy is started beside the old one, which goes on. */
  begin(cause: string, rolls: boolean): void {
    if (this.release) return;
    if (rolls) {
      this.copies.prepareRoll(cause);
      return;
    }
    this.release = this.copies.announceRestart();
    this.copies.haltForRestart(cause, cause).catch(this.handleProblem);
    this.timer = this.host.clock.setTimeout(() => this.undo('its files go on changing'), longestDownMs);
  }

  /** The reload itself has begun, or the service is to stay down. */
  take(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.release?.();
    this.release = undefined;
  }

  /** No reload comes for now: the service is started again, once its old copies are gone. */
  undo(why: string): void {
    if (!this.release) {
      this.copies.dropPrepared();
      return;
    }
    if (this.isWanted()) this.copies.begin(why);
    this.take();
  }
}
