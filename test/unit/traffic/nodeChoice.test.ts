import { beforeEach, expect, it } from 'vitest';
import { Emitter } from '../../../electron/server/base/event.ts';
import { MemoryRegistry } from '../../../electron/server/registry/memoryRegistry.ts';
import type { RegistryNode } from '../../../electron/server/registry/registry.ts';
import { NodeChoice } from '../../../electron/server/traffic/nodeChoice.ts';
import type { ServiceState } from '../../../electron/server/traffic/serviceStates.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

let clock: FakeClock;
let registry: MemoryRegistry;
let states: Map<string, ServiceState>;
let changes: Emitter<{ services: ReadonlySet<string> }>;
let choice: NodeChoice;
const never = new AbortController().signal;

beforeEach(() => {
  clock = new FakeClock();
  registry = new MemoryRegistry(clock);
  states = new Map();
  changes = new Emitter();
  choice = new NodeChoice({
    registry,
    states: { state: (name) => states.get(name), names: () => [...states.keys()], onDidChange: changes.event },
    clock,
  });
});

function up(id: string): void {
  registry.register({ name: 'svc', version: '1' }, { id, address: '127.0.0.1', port: 1, metadata: {} });
}

function setState(status: string, expected: boolean, reason = ''): void {
  states.set('svc', { status, reason, expected });
  changes.fire({ services: new Set(['svc']) });
}

it('a service that is on its way is waited for, until it is there', async () => {
  setState('starting', true);
  const found = choice.choose(choice.begin('svc'), never);
  await clock.advance(9_000);
  expect(clock.pendingTimers).toBe(1);
  up('a');
  expect((await found)?.id).toBe('a');
  expect(clock.pendingTimers).toBe(0);
});

it('it is not waited for longer than ten seconds', async () => {
  setState('building', true, 'npm run build');
  const failed = expect(choice.choose(choice.begin('svc'), never)).rejects.toMatchObject({
    code: 'gateway.not-ready',
    message: 'service "svc" has no ready instance (building: npm run build)',
    retryable: true,
  });
  await clock.advance(10_000);
  await failed;
});

it('a service without a port is not waited for, and said to be one', async () => {
  states.set('svc', { status: 'running', reason: '', expected: true, takesNone: 'it runs and has no port' });
  await expect(choice.choose(choice.begin('svc'), never)).rejects.toMatchObject({
    code: 'gateway.not-ready',
    message: 'service "svc" takes no requests: it runs and has no port',
    retryable: false,
  });
  expect(clock.pendingTimers).toBe(0);
});

it('a service that is not going to come is told at once, also to those who wait', async () => {
  setState('starting', true);
  const waiting = expect(choice.choose(choice.begin('svc'), never)).rejects.toMatchObject({
    code: 'gateway.not-ready',
  });
  await clock.advance(100);
  setState('stopped', false, 'stopped by you');
  await waiting;
  await expect(choice.choose(choice.begin('svc'), never)).rejects.toMatchObject({ next: 'start it: micro start svc' });
});

it('a node that refused is passed over, then tried again, for a second in all while the service is said to run', async () => {
  setState('running', true);
  up('a');
  const search = choice.begin('svc');
  let tries = 0;
  const failed = expect(
    (async () => {
      for (;;) {
        choice.refuse(search, (await choice.choose(search, never)) as RegistryNode, 'refused');
        tries++;
      }
    })(),
  ).rejects.toMatchObject({
    code: 'gateway.upstream-failed',
    message: 'service "svc" refuses connections (running)',
  });
  await clock.advance(2_000);
  await failed;
  expect(tries).toBe(11);
});

it('a client that goes away is not waited for any more', async () => {
  setState('starting', true);
  const client = new AbortController();
  const found = choice.choose(choice.begin('svc'), client.signal);
  await clock.advance(10);
  client.abort();
  expect(await found).toBeUndefined();
  expect(clock.pendingTimers).toBe(0);
});

it('a name that nobody knows is told with the nearest one', async () => {
  states.set('orders', { status: 'running', reason: '', expected: true });
  await expect(choice.choose(choice.begin('order'), never)).rejects.toMatchObject({
    code: 'gateway.no-service',
    next: 'did you mean "orders"?',
  });
});
