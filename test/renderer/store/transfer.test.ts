import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readImport, writeImport } from '../../../renderer/features/store/transfer.ts';

const records = { apply: vi.fn() };
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ records }) }));

const place = { database: 'micro', table: 'orders' };
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

/** A snapshot as the server writes it. */
function snapshot(lines: object[], change: (text: string) => string = (same) => same): Uint8Array<ArrayBuffer> {
  const head = { format: 'micro-store-snapshot', version: 1, createdAt: '2026-11-30T00:00:00.000Z' };
  const body = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
  const foot = { records: lines.length, sha256: createHash('sha256').update(body).digest('hex') };
  return bytes(change(`${body}${JSON.stringify(foot)}\n`));
}
const line = { database: 'shop', table: 'carts', key: 'a', value: btoa('\x00\xff'), expiresAt: 5, metadata: {} };

beforeEach(() => records.apply.mockReset().mockResolvedValue({ revisions: [] }));

describe('a file that is imported', () => {
  it('of plain lines goes into the shown table, texts as they are and the rest as JSON', async () => {
    const found = await readImport(
      bytes('{"key":"a","value":"text"}\n\n{"key":"b","value":{"x":[1]},"table":"t2"}'),
      place,
    );
    expect(found.map(({ table, key, value }) => `${table} ${key} ${text(value)}`)).toEqual([
      'orders a text',
      't2 b {"x":[1]}',
    ]);
  });

  it('that is a snapshot has its own places, bytes and ends', async () => {
    const [record] = await readImport(snapshot([line]), place);
    expect(record).toMatchObject({ database: 'shop', table: 'carts', key: 'a', expiresAt: 5 });
    expect([...(record?.value ?? [])]).toEqual([0, 255]);
  });

  it.each([
    ['is cut', snapshot([line, line], (all) => all.slice(0, -40)), 'is not'],
    ['was changed', snapshot([line], (all) => all.replace('"a"', '"b"')), 'the snapshot is not whole'],
    ['has a line that is none', bytes('{"key":"a","value":1}\nnonsense\n'), 'line 2 is not JSON'],
    ['has a line without a value', bytes('{"key":"a"}\n'), 'line 1 has no "key" and "value"'],
    ['is no text', Uint8Array.of(0xc3, 0x28), 'no UTF-8'],
  ])('that %s is refused as a whole', async (_what, file, message) => {
    await expect(readImport(file, place)).rejects.toThrow(message);
  });

  it('is written in steps of a size that others can wait for, and what had ended is left out', async () => {
    const many = Array.from({ length: 1_200 }, (_, i) => ({
      ...place,
      key: `k${i}`,
      value: bytes('v'),
      expiresAt: i === 0 ? 5 : i === 1 ? Date.now() + 60_000 : undefined,
      metadata: {},
    }));
    expect(await writeImport(many)).toEqual({ written: 1_199, ended: 1 });
    const sizes = records.apply.mock.calls.map(([request]) => (request as { operations: unknown[] }).operations.length);
    expect(sizes).toEqual([500, 500, 199]);
    const [first] = (records.apply.mock.calls[0]?.[0] as { operations: { act: { value: { ttlMs: number } } }[] })
      .operations;
    expect(first?.act.value.ttlMs).toBeGreaterThan(30_000);
  });
});
