import { execFile } from 'node:child_process';
import type { ProcessInfo } from './processTable.ts';

/** Sends signals; the only place that kills. */
export interface Signaller {
  /** Signals `members`, those in the group of `leader` together. Processes that are gone do not matter. */
  signal(members: readonly ProcessInfo[], leader: number, signal: NodeJS.Signals): Promise<void>;
  /**
   * Whether there is a process of this number or a member of its group, zombies included. A process that was not started
   * by us often leads no group. Not there where the system has no groups.
   */
  exists?(leader: number): boolean;
}

/** Signals after which a stopped process must be woken, or it would never get to act on them. */
const POLITE: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

/**
 * Unix: the leader's group in one call, which also reaches what is being forked, then everyone outside the group.
 * A polite signal is followed by SIGCONT, as init systems do, so that a process that stands still can end.
 */
export const unixSignaller: Signaller = {
  async signal(members, leader, signal) {
    const targets = members.map((info) => (info.pgid === leader ? -leader : info.pid));
    for (const target of new Set(targets)) {
      send(target, signal);
      if (POLITE.has(signal)) send(target, 'SIGCONT');
    }
  },
  exists: (leader) => canBeSent(-leader) || canBeSent(leader),
};

function canBeSent(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (error) {
    // What belongs to another user is there too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Gone, or of another user. Whoever waits for the end of the tree sees what is left and says so.
  }
}

/**
 * Windows has no signals: taskkill asks windows to close (`/T`: with all descendants) and `/F` ends them. A console
 * program has no window to close and only ends by force.
 */
export const createWindowsSignaller = (run: (args: readonly string[]) => Promise<void> = taskkill): Signaller => ({
  async signal(members, _leader, signal) {
    if (members.length === 0) return;
    // Not the leader as such: when it is not among them it is gone, and its number may be somebody else's by now.
    await run(
      taskkillArguments(
        members.map(({ pid }) => pid),
        signal,
      ),
    );
  },
});

/** Arguments of taskkill for these processes and their descendants. */
export function taskkillArguments(pids: readonly number[], signal: NodeJS.Signals): string[] {
  return [...(signal === 'SIGKILL' ? ['/F'] : []), '/T', ...pids.flatMap((pid) => ['/PID', String(pid)])];
}

function taskkill(args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    // Its exit code says "not found" for processes that are gone, which is what was wanted.
    execFile('taskkill', [...args], { windowsHide: true }, () => resolve());
  });
}

/** The signaller of this system. */
export const systemSignaller: Signaller = process.platform === 'win32' ? createWindowsSignaller() : unixSignaller;
