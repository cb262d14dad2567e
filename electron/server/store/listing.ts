import { compositeKey, endedRange, prefixRange, splitComposite } from './composite.ts';
import type { Engine, EngineRange, EngineReader } from './engine.ts';
import { decodeRecord, endOf } from './recordCodec.ts';
import type { ListOptions, RecordInfo } from './store.ts';

/**
 * Rows that are looked at before others get their turn. A row takes about a microsecond; more would be a pause that can be
 * felt, fewer makes a long listing slower.
 */
const ROWS_PER_TURN = 4_000;

/**
 * Rows that are passed over by their keys alone before others get their turn; one takes a quarter of a microsecond. More
 * would be a pause that can be felt, fewer makes a page far down slower.
 */
const SKIPS_PER_TURN = 8_000;

/**
 * Live records in order, without their values. A long listing is looked up in turns, so a record that was written while it
 * ran may be in it or not; one that was there all the time is in it exactly once.
 */
export async function listRecords(
  engine: Engine,
  options: ListOptions,
  nowMs: () => number,
  checkOpen: () => void,
): Promise<RecordInfo[]> {
  const { reverse = false, suffix = '', limit = 0 } = options;
  const suffixBytes = Buffer.from(suffix, 'utf8');
  const found: RecordInfo[] = [];
  let toSkip = options.offset ?? 0;
  let range: EngineRange | undefined = startRange(options);
  while (range && toSkip > 0 && suffixBytes.length === 0) {
    const step = Math.min(toSkip, SKIPS_PER_TURN);
    const current: EngineRange = range;
    const passed = engine.read((reader) => {
      // What has ended and is not taken out yet does not count, which only its row tells.
      if (hasEnded(reader, nowMs())) return undefined;
      return { key: reader.keyAt('records', current, step) };
    });
    if (!passed) break;
    toSkip -= step;
    range = passed.key && rest(current, passed.key, reverse);
    await turn(checkOpen);
  }
  while (range) {
    const current: EngineRange = range;
    range = engine.read((reader) => {
      const now = nowMs();
      let rows = 0;
      for (const { key, value } of reader.range('records', current)) {
        rows += 1;
        if (rows > ROWS_PER_TURN) return rest(current, key, reverse);
        const end = endOf(value);
        if (end !== undefined && end <= now) continue;
        const name = splitComposite(key).key;
        if (suffixBytes.length > 0 && !name.subarray(-suffixBytes.length).equals(suffixBytes)) continue;
        if (toSkip > 0) {
          toSkip -= 1;
          continue;
        }
        const { revision, bytes, expiresAtMs, metadata } = decodeRecord(value);
        found.push({ key: name.toString('utf8'), revision, bytes, expiresAtMs, metadata });
        if (found.length === limit) return undefined;
      }
      return undefined;
    });
    if (range) await turn(checkOpen);
  }
  return found;
}

function hasEnded(reader: EngineReader, nowMs: number): boolean {
  return reader.keyAt('expiry', endedRange(nowMs), 0) !== undefined;
}

async function turn(checkOpen: () => void): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  checkOpen();
}

/** The keys with the prefix, behind `after` when there is one. */
function startRange(options: ListOptions): EngineRange | undefined {
  const { prefix = '', reverse = false } = options;
  const range: EngineRange = { ...prefixRange(options, prefix), reverse };
  if (options.after === undefined) return range;
  const mark = compositeKey(options, Buffer.from(options.after, 'utf8'));
  if (reverse) {
    const to = Buffer.compare(mark, range.to) < 0 ? mark : range.to;
    return Buffer.compare(range.from, to) < 0 ? { ...range, to } : undefined;
  }
  // The least key behind a key is that key with a zero byte after it.
  const next = Buffer.concat([mark, Buffer.from([0])]);
  const from = Buffer.compare(next, range.from) > 0 ? next : range.from;
  return Buffer.compare(from, range.to) < 0 ? { ...range, from } : undefined;
}

/** What is left of a range from the row `key` on, which was not taken yet. */
function rest(range: EngineRange, key: Buffer, reverse: boolean): EngineRange {
  const mark = Buffer.from(key);
  return reverse ? { ...range, to: Buffer.concat([mark, Buffer.from([0])]) } : { ...range, from: mark };
}
