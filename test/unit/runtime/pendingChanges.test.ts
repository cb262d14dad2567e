import { describe, expect, it } from 'vitest';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';
import { ChangeLoopGuard } from '../../../electron/server/runtime/changeLoopGuard.ts';
import { PendingChanges } from '../../../electron/server/runtime/pendingChanges.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

function fixture() {
  const clock = new FakeClock();
  const watch: ServiceSpec['watch'] = { include: [], ignore: [], debounceMs: 100, adaptive: true };
  const taken: string[][] = [];
  const changes: PendingChanges = new PendingChanges(
    clock,
    new ChangeLoopGuard(() => clock.monotonic()),
    () => watch,
    () => taken.push(changes.take().files),
  );
  return { changes, clock, taken };
}

describe('changes of files', () => {
  it('one file alone is taken at once, also again and again', async () => {
    const { changes, clock, taken } = fixture();
    for (let save = 1; save <= 3; save++) {
      changes.add('/a');
      expect(changes.isSingleSave).toBe(true);
      await clock.advance(10);
      expect(taken).toHaveLength(save);
      await clock.advance(60);
    }
    await clock.advance(100);
    changes.add('/b');
    expect(changes.isSingleSave).toBe(true);
  });

  it('files that follow one another are taken together once they rest, and not each by itself', async () => {
    const { changes, clock, taken } = fixture();
    for (let n = 0; n < 50; n++) {
      changes.add(`/generated-${n}`);
      expect(changes.isSingleSave).toBe(n === 0);
      await clock.advance(10);
    }
    expect(taken).toEqual([['/generated-0']]);
    await clock.advance(100);
    expect(taken.map((files) => files.length)).toEqual([1, 49]);
  });
});
