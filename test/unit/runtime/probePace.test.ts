import { describe, expect, it } from 'vitest';
import { ProbePace } from '../../../electron/server/runtime/probePace.ts';

/** Plays a start: when it is checked, ms, until it is ready at `readyAt`. */
function start(pace: ProbePace, readyAt: number, service = 'web'): number[] {
  let now = 0;
  const checks: number[] = [];
  const proof = pace.begin(service, () => now);
  for (const wait of proof.intervals(undefined)) {
    checks.push(now);
    if (now >= readyAt) break;
    now += wait;
  }
  proof.end(true);
  return checks;
}

describe('the pace of readiness checks', () => {
  it('finds a start that takes as long as the last one within a percent, with fewer checks before', () => {
    const pace = new ProbePace();
    const first = start(pace, 60);
    const second = start(pace, 60);
    expect(second.at(-1)).toBeLessThanOrEqual(61);
    expect(second.length).toBeLessThan(2 * first.length);
    expect(start(pace, 5000).at(-1)).toBeLessThan(5250);
    expect(start(pace, 5000).at(-1)).toBeLessThanOrEqual(5060);
  });

  it('is hardly slower for a start that is quicker or slower than the last one', () => {
    const pace = new ProbePace();
    start(pace, 2000);
    expect(start(pace, 60).at(-1)).toBeLessThan(73);
    expect(start(pace, 2000).at(-1)).toBeLessThan(2100);
    expect(start(pace, 60, 'other').at(-1)).toBeLessThan(66);
  });

  it('of many starts at once is slower for each, whatever was expected', () => {
    const pace = new ProbePace();
    start(pace, 100);
    for (let index = 0; index < 39; index++) pace.begin(`s${index}`, () => 0);
    const alone = new ProbePace();
    expect(start(pace, 100).length).toBeLessThan(start(alone, 100).length / 3);
  });

  it('that was chosen is kept', () => {
    const proof = new ProbePace().begin('web', () => 0);
    const waits = proof.intervals(700);
    expect([waits.next().value, waits.next().value]).toEqual([700, 700]);
  });
});
