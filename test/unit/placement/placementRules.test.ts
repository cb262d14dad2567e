import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeaseCertainty } from '../../../electron/server/host/leaseCertainty.ts';
import { type Scene, stepsOf, TURN_MS } from '../../../electron/server/placement/placementRules.ts';
import { type ModelEvent, PlacementModel } from '../../helpers/placementModel.ts';

const scene = (more: Partial<Scene> = {}): Scene => ({
  self: 'b',
  servers: ['a', 'b', 'c'],
  claims: new Map(),
  projects: ['shop'],
  running: new Set(),
  now: 0,
  certainUntil: 10_000,
  joined: true,
  leaving: false,
  ...more,
});

describe('what a server does about projects', () => {
  it('asks for what nobody has, the server with the least to run first', () => {
    const claims = new Map([['mail', 'a']]);
    const ask = (self: string) => stepsOf(scene({ self, claims }));
    expect(ask('b')).toEqual([{ type: 'claim', project: 'shop', afterMs: 0 }]);
    expect(ask('c')).toEqual([{ type: 'claim', project: 'shop', afterMs: TURN_MS }]);
    expect(ask('a')).toEqual([{ type: 'claim', project: 'shop', afterMs: 2 * TURN_MS }]);
  });

  it('starts what it has the claim to, and leaves alone what another one has', () => {
    expect(stepsOf(scene({ claims: new Map([['shop', 'b']]) }))).toEqual([{ type: 'take', project: 'shop' }]);
    expect(stepsOf(scene({ claims: new Map([['shop', 'a']]) }))).toEqual([]);
    const running = new Set(['shop']);
    expect(stepsOf(scene({ claims: new Map([['shop', 'b']]), running }))).toEqual([]);
  });

  it('asks for nothing while it is not joined, about to end, or not sure of its lease', () => {
    for (const more of [{ joined: false }, { leaving: true }, { now: 7_500 }]) expect(stepsOf(scene(more))).toEqual([]);
  });

  it('stops what it runs before its lease can end, and at once when the claim is gone', () => {
    const held = { running: new Set(['shop']), claims: new Map([['shop', 'b']]) };
    expect(stepsOf(scene({ ...held, now: 6_900 }))).toEqual([]);
    expect(stepsOf(scene({ ...held, now: 7_000 }))).toEqual([{ type: 'letGo', project: 'shop', atOnce: false }]);
    expect(stepsOf(scene({ ...held, now: 9_000 }))).toEqual([{ type: 'letGo', project: 'shop', atOnce: true }]);
    const gone = [{ type: 'letGo', project: 'shop', atOnce: true }];
    expect(stepsOf(scene({ ...held, claims: new Map([['shop', 'c']]) }))).toEqual(gone);
    expect(stepsOf(scene({ ...held, claims: new Map(), leaving: true }))).toEqual(gone);
  });
});

describe('how long a lease is sure to be held', () => {
  it('counts from when the renewal that was answered was asked for', () => {
    const certainty = new LeaseCertainty(10_000, 100);
    certainty.ask(3_000);
    certainty.ask(6_000);
    expect(certainty.until).toBe(10_100);
    certainty.confirm();
    expect(certainty.until).toBe(13_000);
    certainty.forgetAsked();
    certainty.confirm();
    expect(certainty.until).toBe(13_000);
  });

  it('is shorter by the time that the machine slept, for what was asked before as well', () => {
    const certainty = new LeaseCertainty(10_000, 0);
    certainty.ask(5_000);
    certainty.sleep(4_000);
    expect(certainty.until).toBe(6_000);
    certainty.confirm();
    expect(certainty.until).toBe(11_000);
  });
});

const events = fc.constantFrom<ModelEvent>('start', 'kill', 'cut', 'mend', 'hang', 'wake');
const story = fc.array(fc.record({ server: fc.nat(2), event: events, afterMs: fc.nat({ max: 15_000 }) }), {
  maxLength: 25,
});
const times = fc.infiniteStream(fc.nat({ max: 900 }));

describe('several servers', () => {
  it('never run a project twice, whatever happens to them, and once when all is well again', () => {
    fc.assert(
      fc.property(story, times, times, (happenings, delays, graces) => {
        const next = (stream: Iterator<number>) => () => stream.next().value as number;
        const model = new PlacementModel(['a', 'b', 'c'], ['shop', 'mail'], next(delays), () => 3 * next(graces)());
        for (const server of [0, 1, 2]) model.happen(server, 'start');
        model.pass(5_000);
        for (const { server, event, afterMs } of happenings) {
          model.happen(server, event);
          model.pass(afterMs);
        }
        for (const server of [0, 1, 2])
          for (const event of ['mend', 'wake', 'start'] as const) model.happen(server, event);
        model.pass(30_000);
        expect(model.problems).toEqual([]);
        for (const project of ['shop', 'mail']) expect(model.runnersOf(project)).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  it('run what a killed server ran within its lease and the turns of the others', () => {
    const model = new PlacementModel(
      ['a', 'b', 'c'],
      ['shop'],
      () => 20,
      () => 200,
    );
    for (const server of [0, 1, 2]) model.happen(server, 'start');
    model.pass(5_000);
    const [first] = model.runnersOf('shop');
    model.happen(['a', 'b', 'c'].indexOf(first as string), 'kill');
    const killedAt = model.now;
    while (model.runnersOf('shop').every((one) => one === first) && model.now < 60_000) model.pass(50);
    expect(model.runnersOf('shop')).not.toContain(first);
    expect(model.now - killedAt).toBeLessThanOrEqual(10_000 + 2 * TURN_MS + 1_000);
  });
});
