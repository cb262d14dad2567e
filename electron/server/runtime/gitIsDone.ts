import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';

/** How often it is looked whether git has finished, ms. */
const gitPollMs = 50;

/** Whether git is changing a folder right now. */
export function isGitBusy(folder: string): Promise<boolean> {
  return stat(join(folder, '.git', 'index.lock')).then(
    () => true,
    () => false,
  );
}

/**
 * Resolves when git changes nothing in a folder, after `maxMs`, or when `signal` aborts. During a checkout git holds
 * index.lock; a tree in the middle of it is neither the old nor the new one.
 */
export async function gitIsDone(clock: Clock, folder: string, maxMs: number, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < maxMs && !signal.aborted; waited += gitPollMs) {
    if (!(await isGitBusy(folder))) return;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, gitPollMs));
  }
}
