import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { OUTSIDE } from '../../../electron/server/traffic/call.ts';
import { type CallerLookup, Callers } from '../../../electron/server/traffic/callers.ts';

function socketOf(remotePort: number): Socket {
  return { remotePort, localPort: 8081 } as Socket;
}

function lookup(): CallerLookup & { asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    ownerOf: (clientPort) => {
      asked.push(clientPort);
      return Promise.resolve(clientPort > 0 ? clientPort * 10 : undefined);
    },
    serviceOfProcess: (pid) => Promise.resolve(pid === 50_000 ? 'orders' : undefined),
  };
}

it('a connection is looked up once, for all its requests', async () => {
  const look = lookup();
  const callers = new Callers(look);
  const socket = socketOf(5000);
  const [first, second] = [callers.callerOf(socket), callers.callerOf(socket)];
  expect(await first).toBe('orders');
  expect(await second).toBe('orders');
  expect(callers.callerOf(socket)).toBe('orders');
  expect(look.asked).toEqual([5000]);
});

it('a process that belongs to no service calls from outside', async () => {
  expect(await new Callers(lookup()).callerOf(socketOf(6000))).toBe(OUTSIDE);
});

it('a look-up that fails is a call from outside', async () => {
  const callers = new Callers({ ...lookup(), ownerOf: () => Promise.reject(new Error('no /proc')) });
  expect(await callers.callerOf(socketOf(5000))).toBe(OUTSIDE);
});

it('a flood of connections does not pile up look-ups', async () => {
  const look = lookup();
  let release: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const callers = new Callers({
    ...look,
    ownerOf: async (clientPort, serverPort, isOpen) => {
      await gate;
      return look.ownerOf(clientPort, serverPort, isOpen);
    },
  });
  const found = Array.from({ length: 1000 }, (_, i) => callers.callerOf(socketOf(10_000 + i)));
  expect(found.filter((name) => name === OUTSIDE)).toHaveLength(1000 - 264);
  release?.();
  await Promise.all(found.map((name) => Promise.resolve(name)));
  expect(look.asked).toHaveLength(264);
});
