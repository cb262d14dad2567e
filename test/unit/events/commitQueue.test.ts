import { expect, it } from 'vitest';
import { CommitQueue } from '../../../electron/server/events/commitQueue.ts';
import { SPACES } from '../../../electron/server/events/spaces.ts';
import { MemoryBytes } from '../../../electron/server/host/memoryBytes.ts';

it('writes a step that is added in the very moment in which the last one was written', async () => {
  const queue = new CommitQueue(new MemoryBytes(SPACES));
  const written: string[] = [];
  const step = (name: string) => ({ write: () => void written.push(name) });
  // Without an await in between, so that no turn passes.
  const second = queue.add(step('first')).then(() => queue.add(step('second')));
  await second;
  await queue.idle();
  expect(written).toEqual(['first', 'second']);
});
