import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { importTypeScript } from '../../../build/lib/typescript.mjs';

/** Lines that go into one write; about what a pipe hands over at once. */
const LINES_PER_CHUNK = 800;

/** The word that one line in a million has. */
export const NEEDLE = 'needle-in-hay';

/** A usual line of a service, some 75 bytes; every 1,013th is an error, one in a million has the needle. */
export function benchLine(number) {
  const level = number % 1013 === 0 ? 'ERROR' : number % 7 === 4 ? 'WARN' : 'INFO';
  const rare = number % 1_000_000 === 5 ? ` ${NEEDLE}` : '';
  const ms = String(number % 1000).padStart(3, '0');
  return `2026-01-31T12:00:00.${ms}Z ${level} request ${number} handled in ${number % 97} ms${rare}\n`;
}

/**
 * Writes `lines` lines of service `big` into the logs of a MICRO_HOME, by the log store itself, and the same lines into a
 * plain file for other tools. The time from first to last line is one hour.
 */
export async function writeBigLog(home, plainFile, lines) {
  const { createFileLogStore } = await importTypeScript('electron/server/logs/fileLogStore.ts');
  const folder = join(home, 'logs');
  mkdirSync(folder, { recursive: true });
  const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
  const clock = { now: () => Date.now(), setInterval: () => ({ dispose() {} }), setTimeout: () => ({ dispose() {} }) };
  const store = createFileLogStore({ folder, clock, logger });
  const startedAt = Date.now() - 3_600_000;
  const run = await store.startRun({ service: 'big', instance: 'big-1', cause: 'measured', startedAt });
  const plain = openSync(plainFile, 'w');
  for (let number = 0; number < lines; ) {
    let text = '';
    for (let i = 0; i < LINES_PER_CHUNK && number < lines; i++) text += benchLine(number++);
    const bytes = Buffer.from(text);
    writeSync(plain, bytes);
    const timeUs = Math.floor((startedAt + (number / lines) * 3_500_000) * 1000);
    if (!run.write('stdout', bytes, timeUs)) await run.whenDrained();
  }
  closeSync(plain);
  await run.end({ endedAt: Date.now(), outcome: 'exit 0', failed: false });
  await store.close();
  store.dispose();
  return { startedAt };
}
