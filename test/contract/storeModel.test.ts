import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, Operation, Store } from '../../electron/server/store/store.ts';
import type { FakeClock } from '../helpers/fakes/fakeClock.ts';
import { storeKinds } from '../helpers/storeFixture.ts';

/** Sequences for each kind of store; MICRO_STORE_SEQUENCES runs more. */
const SEQUENCES = Number(process.env['MICRO_STORE_SEQUENCES'] ?? 400);
/** Where each look goes to another process and back, the same number would take a minute. */
const SHARED_SEQUENCES = Math.ceil(SEQUENCES / 8);

/** Few keys, so that commands meet; prefixes of each other and bytes that sort apart from characters. */
const KEYS = ['a', 'a/', 'a/b', 'b', '\u{1F600}', '\uFFFD', 'z'];

type Command =
  | { do: 'batch'; steps: Step[] }
  | { do: 'wait'; ms: number }
  | { do: 'list'; prefix: string; suffix: string; reverse: boolean; limit: number; offset: number; after: string };
type Step = {
  key: string;
  value: string | undefined;
  ttlMs: number | undefined;
  when: 'any' | 'absent' | 'present' | 'wrong';
};

const key = fc.constantFrom(...KEYS);
const step: fc.Arbitrary<Step> = fc.record({
  key,
  value: fc.option(fc.oneof(fc.string(), fc.constant('x'.repeat(2000))), { nil: undefined, freq: 3 }),
  ttlMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  when: fc.constantFrom('any', 'any', 'absent', 'present', 'wrong'),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('batch' as const), steps: fc.array(step, { minLength: 1, maxLength: 4 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    do: fc.constant('list' as const),
    prefix: fc.constantFrom('', '', 'a', 'a/', 'b'),
    suffix: fc.constantFrom('', '', 'b', '/'),
    reverse: fc.boolean(),
    limit: fc.integer({ min: 0, max: 4 }),
    offset: fc.integer({ min: 0, max: 3 }),
    after: fc.constantFrom('', '', ...KEYS, 'aa'),
  }),
);

/** What a store should be: a plain map, with ends. */
type Model = Map<string, { value: string; endsAt: number; revision: number }>;

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function obey(store: Store, clock: FakeClock, commands: Command[], table: string): Promise<void> {
  const place = { database: 'model', table };
  const model: Model = new Map();
  for (const each of commands) {
    const now = clock.now();
    for (const [name, { endsAt }] of model) if (endsAt <= now) model.delete(name);
    if (each.do === 'wait') await clock.advance(each.ms);
    else if (each.do === 'list') {
      const names = [...model.keys()].sort(byBytes);
      const wanted = (each.reverse ? names.reverse() : names)
        .filter((name) => name.startsWith(each.prefix) && name.endsWith(each.suffix))
        .filter((name) => each.after === '' || byBytes(name, each.after) * (each.reverse ? -1 : 1) > 0)
        .slice(each.offset, each.limit === 0 ? undefined : each.offset + each.limit);
      const { after, ...options } = each;
      const found = await store.list({ ...place, ...options, ...(after === '' ? {} : { after }) });
      expect(found.map((record) => record.key)).toEqual(wanted);
    } else await batch(store, place, model, each.steps, now);
    for (const name of KEYS) {
      const kept = model.get(name);
      const alive = kept && kept.endsAt > clock.now() ? kept : undefined;
      const record = await store.read(place, name);
      expect(record && { value: Buffer.from(record.value).toString(), revision: record.revision }).toEqual(
        alive && { value: alive.value, revision: alive.revision },
      );
    }
  }
}

async function batch(
  store: Store,
  place: { database: string; table: string },
  model: Model,
  steps: Step[],
  now: number,
): Promise<void> {
  const draft: Model = new Map(model);
  let allowed = true;
  const operations = steps.map((each): Operation => {
    const old = draft.get(each.key);
    const when: Condition | undefined =
      each.when === 'any'
        ? undefined
        : each.when === 'absent'
          ? 'absent'
          : (old?.revision ?? 7) + (each.when === 'wrong' ? 0.5 : 0);
    if (when === 'absent' ? old !== undefined : when !== undefined && when !== old?.revision) allowed = false;
    if (each.value === undefined) draft.delete(each.key);
    // The revision is not known before the write; a later step on the same key can only be meant for another state.
    else
      draft.set(each.key, {
        value: each.value,
        endsAt: now + (each.ttlMs ?? Number.POSITIVE_INFINITY),
        revision: Number.NaN,
      });
    const common = { ...place, key: each.key, when };
    return each.value === undefined
      ? { type: 'delete', ...common }
      : { type: 'write', ...common, value: Buffer.from(each.value), ttlMs: each.ttlMs };
  });
  const revisions = await store.apply(operations).catch((error: { code?: string }) => {
    expect(error.code).toBe('store.conflict');
    return undefined;
  });
  expect(revisions !== undefined).toBe(allowed);
  if (!revisions) return;
  model.clear();
  for (const [name, kept] of draft) model.set(name, kept);
  for (const [i, each] of steps.entries()) {
    const kept = model.get(each.key);
    if (kept && each.value !== undefined) kept.revision = revisions[i] as number;
  }
}

describe.each(storeKinds)('a store $name', ({ make, isShared }) => {
  it('does what a plain map with ends of life would do', { timeout: 900_000 }, async () => {
    const { clock, open } = await make();
    const store = await open();
    let table = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), async (commands) => {
        table += 1;
        await obey(store, clock, commands, `t${table}`);
      }),
      { numRuns: isShared ? SHARED_SEQUENCES : SEQUENCES },
    );
  });
});
