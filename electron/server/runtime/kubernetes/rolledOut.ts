import type { Event } from '../../base/event.ts';

/** What tells how far a new version is. */
export interface Rollout {
  readonly onDidChange: Event<void>;
  /** It is the only one, or will not get there. */
  isDecided(): boolean;
  look(): Promise<void>;
}

/** Resolves when the newest version is the only one, does not get there, or `signal` is aborted. */
export function rolledOut(rollout: Rollout, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      subscription.dispose();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const subscription = rollout.onDidChange(() => {
      if (rollout.isDecided()) finish();
    });
    signal.addEventListener('abort', finish, { once: true });
    void rollout.look();
  });
}
