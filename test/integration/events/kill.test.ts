import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import type { EventLog, HistoryPage } from '../../../electron/server/events/eventLog.ts';
import { openFileEventLog } from '../../../electron/server/events/openEventLog.ts';
import { killedWriter } from '../../helpers/killedWriter.ts';

/** Kills; MICRO_EVENT_KILLS makes them more. */
const KILLS = Number(process.env['MICRO_EVENT_KILLS'] ?? 10);
const topic = 'kill';
const options = {
  clock: systemClock,
  logger: silentLogger,
  limits: async () => () => ({ maxAgeMs: 0, maxBytes: 1e12, maxEvents: 1e9 }),
};

/** Every event that is kept: its number, by offset. A page has an end, however many are asked for. */
async function keptOf(log: EventLog): Promise<Map<number, number>> {
  const kept = new Map<number, number>();
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: HistoryPage = await log.history({ topic, from: { offset: from }, limit: 10_000 });
    for (const { offset, payload } of page.events) kept.set(offset, Number(String(payload)));
    from = page.next;
  }
  return kept;
}

/** A line of the process: what happened to which event, and where it stands. */
interface Said {
  what: string;
  n: number;
  offset: number;
}

describe('events in a file, whose process is killed while it publishes and consumes', () => {
  const writer = killedWriter('eventWriter');

  it('every publish that was acknowledged is there, and every event is delivered, in the order of its key', {
    timeout: 900_000,
  }, async () => {
    const { folder } = writer;
    const published = new Map<number, number>();
    const delivered = new Set<number>();
    const done = new Set<number>();
    let next = 0;
    for (let round = 0; round < KILLS; round++) {
      const said = await runAndKill(next, 1 + Math.floor(Math.random() * 300));
      const lastOfKey = new Map<number, number>();
      for (const { what, n, offset } of said) {
        if (what === 'published') published.set(n, offset);
        if (what === 'done') done.add(offset);
        if (what !== 'delivered') continue;
        // What was acknowledged before the kill does not come again.
        if (done.has(offset)) throw new Error(`${n} was delivered again after it was acknowledged`);
        delivered.add(offset);
        expect(offset).toBeGreaterThan(lastOfKey.get(n % 5) ?? -1);
        lastOfKey.set(n % 5, offset);
      }
      const log = await openFileEventLog(folder, options);
      const [info] = await log.topics(topic);
      const kept = await keptOf(log);
      expect(kept.size).toBe(info?.nextOffset);
      for (const [n, offset] of published) if (offset < kept.size) expect(kept.get(offset)).toBe(n);
      expect(Math.max(...published.values(), -1)).toBeLessThan(info?.nextOffset ?? 0);
      next = Math.max(-1, ...kept.values()) + 1;
      await log.close();
    }
    const log = await openFileEventLog(folder, options);
    const consumer = await log.consume({ topic, group: 'g', autoAck: true });
    const [info] = await log.topics(topic);
    for (let left = info?.groups[0]?.lag ?? 0; left > 0; left--)
      delivered.add((await consumer.next())?.event.offset as number);
    expect([...delivered].sort((a, b) => a - b)).toEqual([...new Array(info?.nextOffset).keys()]);
    expect(published.size).toBeGreaterThan(KILLS);
    await log.close();
  });

  /** What the process said before the kill, which comes after so many lines. */
  async function runAndKill(first: number, lines: number): Promise<Said[]> {
    return (await writer.runAndKill(first, lines)).map((line) => {
      const [what = '', n, offset] = line.split(' ');
      return { what, n: Number(n), offset: Number(offset) };
    });
  }
});
