import { errorText } from '../base/logger.ts';
import type { TreeKey } from '../host/processTree.ts';
import { helperSuffix } from './helperProcess.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { JournalEntry } from './journal.ts';
import { endTrees, membersOf, processNames } from './treeEnd.ts';

/** What an earlier server left gets so long after SIGTERM. It lost its output pipes, so it may be in trouble already. */
const leftoverGraceMs = 3000;

/** Ends everything that an earlier server left running, and says what it found. */
export async function endLeftovers(host: InstanceHost): Promise<void> {
  const entries = await host.journal.read();
  await Promise.all(
    entries.map(async (entry) => {
      try {
        await endOne(host, entry);
        await host.journal.remove(entry.id);
      } catch (error) {
        host.logger.error('a leftover could not be ended', { instance: entry.id, error: errorText(error) });
        host.notify(
          'error',
          entry.service,
          `what an earlier server left of ${entry.service} could not be ended: ${errorText(error)}`,
          'stop.survivors',
        );
      }
    }),
  );
}

async function endOne(host: InstanceHost, entry: JournalEntry): Promise<void> {
  const keys: TreeKey[] = [
    { pid: entry.pid, startTime: entry.startTime, marker: entry.id },
    { pid: 0, startTime: '', marker: entry.id + helperSuffix },
  ];
  const found = await membersOf(host, keys);
  if (found.length === 0) return;
  const pids = found.map(({ pid }) => pid).join(', ');
  host.notify(
    'warn',
    entry.service,
    `${entry.service} was left running by a server that did not end in order (pid ${pids}); it is ended and started anew`,
  );
  const left = await endTrees(host, {
    keys,
    ask: 'SIGTERM',
    graceMs: leftoverGraceMs,
  });
  if (left.length > 0) throw new Error(`${processNames(left)} is still alive after SIGKILL`);
}
