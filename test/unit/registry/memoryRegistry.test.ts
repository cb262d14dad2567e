import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../electron/server/base/clock.ts';
import { toDisposable } from '../../../electron/server/base/lifecycle.ts';
import { MemoryRegistry } from '../../../electron/server/registry/memoryRegistry.ts';
import type { RegistryChange, RegistryNode } from '../../../electron/server/registry/registry.ts';

/** A clock that stands still until it is told to go on. */
class HandClock implements Clock {
  private time = 1_000_000;
  private timers: { at: number; callback: () => void }[] = [];
  now = (): number => this.time;
  monotonic = (): number => this.time;
  setTimeout(callback: () => void, delayMs: number) {
    const timer = { at: this.time + delayMs, callback };
    this.timers.push(timer);
    return toDisposable(() => {
      this.timers = this.timers.filter((other) => other !== timer);
    });
  }
  setInterval(): never {
    throw new Error('the registry has no use for a period');
  }
  get pending(): number {
    return this.timers.length;
  }
  advance(ms: number): void {
    this.time += ms;
    const due = this.timers.filter((timer) => timer.at <= this.time);
    this.timers = this.timers.filter((timer) => timer.at > this.time);
    for (const timer of due) timer.callback();
  }
}

const node = (id: string, port = 4001, metadata: Record<string, string> = {}): RegistryNode => ({
  id,
  address: '127.0.0.1',
  port,
  metadata,
});
const orders = { name: 'orders', version: 'latest' };

describe('MemoryRegistry', () => {
  let clock: HandClock;
  let registry: MemoryRegistry;
  let changes: RegistryChange[];

  beforeEach(() => {
    clock = new HandClock();
    registry = new MemoryRegistry(clock);
    changes = [];
    registry.onDidChange((change) => changes.push(change));
  });
  afterEach(() => registry.dispose());

  it('takes the nodes of a service in turn', () => {
    for (const id of ['a', 'b', 'c']) registry.register(orders, node(id));
    expect([1, 2, 3, 4, 5].map(() => registry.pick('orders')?.id)).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('keeps the turn when a node that had its turn goes', () => {
    for (const id of ['a', 'b', 'c']) registry.register(orders, node(id));
    registry.pick('orders');
    registry.pick('orders');
    registry.deregister('orders', 'a');
    expect([1, 2, 3].map(() => registry.pick('orders')?.id)).toEqual(['c', 'b', 'c']);
  });

  it('passes over nodes that were tried already', () => {
    for (const id of ['a', 'b']) registry.register(orders, node(id));
    expect(registry.pick('orders', new Set(['a']))?.id).toBe('b');
    expect(registry.pick('orders', new Set(['a', 'b']))).toBeUndefined();
  });

  it('knows nothing of a service without nodes', () => {
    expect(registry.pick('orders')).toBeUndefined();
    expect(registry.get('orders')).toBeUndefined();
    registry.register(orders, node('a'));
    registry.deregister('orders', 'a');
    expect(registry.list()).toEqual([]);
  });

  it('tells in micro’s words what changed, and nothing when a renewal says nothing new', () => {
    registry.register(orders, node('a'), 90);
    registry.register(orders, node('a'), 90);
    registry.register(orders, node('b'));
    registry.register(orders, node('b', 4002));
    registry.deregister('orders', 'a');
    registry.deregister('orders', 'a');
    registry.deregister('orders', 'b');
    expect(changes.map(({ action, service }) => [action, service.nodes.map((n) => `${n.id}:${n.port}`)])).toEqual([
      ['create', ['a:4001']],
      ['update', ['a:4001', 'b:4001']],
      ['update', ['a:4001', 'b:4002']],
      ['update', ['b:4002']],
      ['delete', ['b:4002']],
    ]);
  });

  it('takes what an instance says of itself with its node, whichever comes first', () => {
    const said = { metadata: { team: 'a' }, endpoints: [{ name: 'Orders.List', metadata: {} }] };
    registry.describe('orders', 'a', said);
    expect(registry.get('orders')).toBeUndefined();
    registry.register(orders, node('a'));
    expect(registry.get('orders')).toMatchObject(said);
    registry.register(orders, node('b'));
    registry.describe('orders', 'b', { ...said, endpoints: [{ name: 'Orders.Take', metadata: {} }] });
    expect(registry.get('orders')?.endpoints.map(({ name }) => name)).toEqual(['Orders.Take']);
    for (const id of ['a', 'b']) registry.deregister('orders', id);
    registry.register(orders, node('c'));
    expect(registry.get('orders')?.endpoints).toEqual([]);
  });

  it('drops a node that is not renewed in its time, and keeps one that is', () => {
    registry.register(orders, node('a'), 90);
    registry.register(orders, node('b'));
    clock.advance(60_000);
    registry.register(orders, node('a'), 90);
    clock.advance(60_000);
    expect(registry.get('orders')?.nodes.map((n) => n.id)).toEqual(['a', 'b']);
    clock.advance(30_000);
    expect(registry.get('orders')?.nodes.map((n) => n.id)).toEqual(['b']);
    clock.advance(1_000_000);
    expect(registry.get('orders')?.nodes.map((n) => n.id)).toEqual(['b']);
  });

  it('leaves no timer behind', () => {
    registry.register(orders, node('a'), 90);
    registry.register(orders, node('b'), 90);
    registry.deregister('orders', 'a');
    expect(clock.pending).toBe(1);
    registry.dispose();
    expect(clock.pending).toBe(0);
  });

  it('hands a node to everyone who waited for it', async () => {
    const signal = new AbortController().signal;
    const waiting = [registry.waitForNode('orders', signal), registry.waitForNode('orders', signal)];
    registry.register({ ...orders, name: 'other' }, node('x'));
    registry.register(orders, node('a'));
    expect((await Promise.all(waiting)).map((found) => found?.id)).toEqual(['a', 'a']);
  });

  it('stops waiting when told so', async () => {
    const controller = new AbortController();
    const waiting = registry.waitForNode('orders', controller.signal);
    controller.abort();
    expect(await waiting).toBeUndefined();
    registry.register(orders, node('a'));
    expect(registry.pick('orders')?.id).toBe('a');
  });

  it('cannot be changed through what it hands out or was given', () => {
    const given = node('a');
    registry.register(orders, given);
    given.port = 1;
    const got = registry.get('orders');
    got?.nodes.splice(0);
    expect(registry.get('orders')?.nodes[0]?.port).toBe(4001);
  });

  it('survives a listener that deregisters what it was told of', () => {
    registry.onDidChange((change) => {
      if (change.action === 'create') registry.deregister('orders', 'a');
    });
    registry.register(orders, node('a'));
    expect(registry.get('orders')).toBeUndefined();
    expect(changes.map((change) => change.action).sort()).toEqual(['create', 'delete']);
  });
});
