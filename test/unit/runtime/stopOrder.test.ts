import { expect, test } from 'vitest';
import type { Dependencies } from '../../../electron/server/runtime/dependencies.ts';
import { Actions } from '../../../electron/server/runtime/actions.ts';
import type { ServiceUnit } from '../../../electron/server/runtime/serviceUnit.ts';
import type { StopRequest } from '../../../electron/server/runtime/stopRequest.ts';
import type { InstanceHost } from '../../../electron/server/runtime/instanceHost.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';

/** A service whose end is told by the test. */
class FakeUnit {
  request: StopRequest | undefined;
  isResting = false;
  finish: () => void = () => {};
  fail: (error: Error) => void = () => {};
  readonly onDidChange = () => ({ dispose: () => {} });

  constructor(readonly spec: { name: string }) {}

  message() {
    return { name: this.spec.name, status: Status.STOPPED, reason: '', next: '', instances: [] };
  }
  stop(request: StopRequest): Promise<void> {
    this.request = request;
    return new Promise((resolve, reject) => {
      this.fail = reject;
      this.finish = () => {
        this.isResting = true;
        resolve();
      };
    });
  }
}

function fixture() {
  const units = { web: new FakeUnit({ name: 'web' }), db: new FakeUnit({ name: 'db' }) };
  const dependencies = { dependentsOf: ([name]: string[]) => (name === 'db' ? ['web'] : []) };
  const actions = new Actions(
    { logs: {} } as Pick<InstanceHost, 'logs'>,
    dependencies as unknown as Dependencies,
    new Map(Object.entries(units)) as unknown as ReadonlyMap<string, ServiceUnit>,
  );
  const stop = (request: Partial<StopRequest> = {}) =>
    actions.stop(['db', 'web'], { why: 'stopped by you', ...request }, () => {});
  return { ...units, stop };
}

/** Lets everything that waits on settled promises go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what others need is stopped once they run no more, and the end is waited for until all of them are gone', async () => {
  const { web, db, stop } = fixture();
  let isOver = false;
  const stopping = stop().then(() => (isOver = true));
  await settled();
  expect(web.request?.why).toBe('stopped by you');
  expect(db.request).toBeUndefined();
  web.request?.handleEnded?.();
  await settled();
  expect(db.request).toBeDefined();
  db.finish();
  await settled();
  expect(isOver).toBe(false);
  web.finish();
  await stopping;
});

test('a service that does not tell when it runs no more is waited for until it is gone', async () => {
  const { web, db, stop } = fixture();
  const stopping = stop();
  await settled();
  expect(db.request).toBeUndefined();
  web.finish();
  await settled();
  db.finish();
  await stopping;
});

test('with force nobody waits for anybody', async () => {
  const { web, db, stop } = fixture();
  const stopping = stop({ force: true });
  await settled();
  expect(db.request?.force).toBe(true);
  web.finish();
  db.finish();
  await stopping;
});

test('what could not be stopped keeps what it needs', async () => {
  const { web, db, stop } = fixture();
  const stopping = stop();
  const rejected = expect(stopping).rejects.toThrow('no way');
  await settled();
  web.fail(new Error('no way'));
  await rejected;
  expect(db.request).toBeUndefined();
});
