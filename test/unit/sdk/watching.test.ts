import { expect, it } from 'vitest';
import { ServiceError } from '../../../shared/sdk/serviceError.ts';
import { either, reopened } from '../../../shared/sdk/watching.ts';

async function* stream(...steps: (number | Error)[]): AsyncGenerator<number> {
  for (const step of steps) {
    await Promise.resolve();
    if (step instanceof Error) throw step;
    yield step;
  }
}

it('a stream that breaks or ends is opened again, until the signal aborts', async () => {
  const controller = new AbortController();
  const streams = [stream(1, 2, new ServiceError(503, 'gone')), stream(), stream(3, 4)];
  const seen: number[] = [];
  for await (const value of reopened(() => streams.shift() ?? stream(), controller.signal)) {
    seen.push(value);
    if (value === 4) controller.abort();
  }
  expect([seen, streams.length]).toEqual([[1, 2, 3, 4], 0]);
});

it('a failure that another attempt does not mend ends it', async () => {
  const { signal } = new AbortController();
  const refused = new ServiceError(403, 'not yours');
  const read = async (): Promise<void> => {
    for await (const _ of reopened(() => stream(1, refused), signal));
  };
  await expect(read()).rejects.toBe(refused);
});

it('a signal of two aborts with the first of them and lets go of the other', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const both = either(a.signal, b.signal);
  expect(both.signal.aborted).toBe(false);
  b.abort();
  expect(both.signal.aborted).toBe(true);
  both.dispose();
  expect(either(b.signal, undefined).signal.aborted).toBe(true);
});
