import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { stateFeed } from '../../../electron/server/api/rpc/stateFeed.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { Emitter } from '../../../electron/server/base/event.ts';
import type { Runtime, RuntimeChange } from '../../../electron/server/runtime/runtime.ts';
import { InfoResponseSchema } from '../../../shared/contract/gen/server_pb.ts';
import {
  type Project,
  ProjectSchema,
  type Service,
  ServiceSchema,
  Status,
} from '../../../shared/contract/gen/state_pb.ts';

/** The state side of a runtime: a table of services that tests change by hand. */
class StateTable {
  readonly emitter = new Emitter<RuntimeChange>();
  readonly table = new Map<string, Service>();
  readonly projectTable = new Map<string, Project>();

  readonly runtime = {
    onDidChange: this.emitter.event,
    services: () => [...this.table.values()],
    service: (name: string) => this.table.get(name),
    projects: () => [...this.projectTable.values()],
    notices: () => [],
  } as unknown as Runtime;

  set(name: string, status: Status): void {
    this.table.set(name, create(ServiceSchema, { name, status }));
    this.fire({ services: new Set([name]) });
  }

  remove(name: string): void {
    this.table.delete(name);
    this.fire({ removedServices: new Set([name]) });
  }

  fire(change: Partial<RuntimeChange>): void {
    this.emitter.fire({ services: new Set(), removedServices: new Set(), projects: false, notices: [], ...change });
  }
}

function feed(state: StateTable, signal: AbortSignal) {
  return stateFeed(state.runtime, () => create(InfoResponseSchema, {}), systemClock, signal);
}

describe('state feed', () => {
  it('begins with everything, and a change between the snapshot and the next read is not lost', async () => {
    const state = new StateTable();
    state.set('a', Status.PENDING);
    const stop = new AbortController();
    const stream = feed(state, stop.signal);
    const first = (await stream.next()).value!;
    expect(first.event.case === 'snapshot' && first.event.value.services.map((s: Service) => s.name)).toEqual(['a']);
    state.set('a', Status.RUNNING);
    const second = (await stream.next()).value!;
    expect(second.event.case === 'change' && second.event.value.services[0]?.status).toBe(Status.RUNNING);
    stop.abort();
    expect((await stream.next()).done).toBe(true);
    expect(state.emitter.listenerCount).toBe(0);
  });

  it('folds a thousand changes of a service into its last state for a slow reader', async () => {
    const state = new StateTable();
    const stop = new AbortController();
    const stream = feed(state, stop.signal);
    await stream.next();
    for (let i = 0; i < 1000; i++) state.set('a', i % 2 ? Status.RUNNING : Status.STOPPED);
    const change = (await stream.next()).value!;
    expect(change.event.case === 'change' && change.event.value.services.length).toBe(1);
    stop.abort();
    await stream.next();
  });

  it('says that a service is gone, and nothing else when it came and went between two reads', async () => {
    const state = new StateTable();
    state.set('a', Status.RUNNING);
    const stop = new AbortController();
    const stream = feed(state, stop.signal);
    await stream.next();
    state.set('b', Status.RUNNING);
    state.remove('b');
    state.remove('a');
    const change = (await stream.next()).value!;
    if (change.event.case !== 'change') throw new Error('expected a change');
    expect(change.event.value.services).toEqual([]);
    expect(change.event.value.removedServices.sort()).toEqual(['a', 'b']);
    stop.abort();
    await stream.next();
  });

  it('names projects that were closed', async () => {
    const state = new StateTable();
    state.projectTable.set('shop', create(ProjectSchema, { name: 'shop' }));
    const stop = new AbortController();
    const stream = feed(state, stop.signal);
    await stream.next();
    state.projectTable.clear();
    state.fire({ projects: true });
    const change = (await stream.next()).value!;
    expect(change.event.case === 'change' && change.event.value.removedProjects).toEqual(['shop']);
    stop.abort();
    await stream.next();
  });
});
