import { runtimeFiles } from '../host/files.ts';
import { SystemProcessTrees } from '../host/processTrees.ts';
import { createProcessTable } from '../host/systemProcessTable.ts';
import { Journal, type JournalEntry } from '../runtime/journal.ts';
import type { ToGuardian } from './guardian.ts';

/** ms between two looks at the clocks. Small against the second that is left when services are ended. */
const LOOK_MS = 100;

/**
 * The guardian of a server (its MICRO_HOME is the argument), see {@link Guardian}. Time is counted by the wall clock as well,
 * since the other one stands still while the machine sleeps.
 */
const home = process.argv[2] as string;
const trees = new SystemProcessTrees({ table: createProcessTable() });
const journal = new Journal(home, runtimeFiles);
let services = new Set<string>();
let until = Number.POSITIVE_INFINITY;
let wallUntil = Number.POSITIVE_INFINITY;
/** When the server went without a word, ms since 1970; what is started after it is another server's. */
let orphanedAt: number | undefined;
let isEnding = false;

process.on('message', (message: ToGuardian) => {
  if (message.type === 'done') process.exit(0);
  services = new Set(message.services);
  until = services.size === 0 ? Number.POSITIVE_INFINITY : performance.now() + message.forMs;
  wallUntil = services.size === 0 ? Number.POSITIVE_INFINITY : Date.now() + message.forMs;
});
// Whatever ends the server's terminal or group is no reason to leave what runs alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
setInterval(() => {
  // Looked for, not heard: a server that ends at once may be gone before this program listens.
  if (!process.connected) orphanedAt ??= Date.now();
  if (orphanedAt !== undefined && until === Number.POSITIVE_INFINITY && !isEnding) process.exit(0);
  if (performance.now() < until && Date.now() < wallUntil) return;
  until = Number.POSITIVE_INFINITY;
  wallUntil = Number.POSITIVE_INFINITY;
  isEnding = true;
  void endAll().finally(() => {
    isEnding = false;
  });
}, LOOK_MS);

async function endAll(): Promise<void> {
  const isOurs = ({ service, at }: JournalEntry): boolean =>
    services.has(service) && (orphanedAt === undefined || at <= orphanedAt);
  const entries = (await journal.read()).filter(isOurs);
  await Promise.all(
    entries.map(({ id, pid, startTime }) => trees.signal({ pid, startTime, marker: id }, 'SIGKILL').catch(() => {})),
  );
}
