import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyState, MAX_NOTICES, type MicroState, reduceState } from '../../../shared/client/stateReducer.ts';
import {
  type Change,
  ChangeSchema,
  NoticeSchema,
  ProjectSchema,
  type Service,
  ServiceSchema,
  type Snapshot,
  SnapshotSchema,
  Status,
  WatchResponseSchema,
} from '../../../shared/contract/gen/state_pb.ts';

const service = (name: string, status = Status.RUNNING): Service => create(ServiceSchema, { name, status });
const notice = (id: number) => create(NoticeSchema, { id, text: `notice ${id}` });

function snapshot(state: MicroState, value: Partial<Snapshot>): MicroState {
  const message = create(WatchResponseSchema, {
    event: { case: 'snapshot', value: create(SnapshotSchema, value as object) },
  });
  return reduceState(state, message);
}

function change(state: MicroState, value: Partial<Change>): MicroState {
  const message = create(WatchResponseSchema, {
    event: { case: 'change', value: create(ChangeSchema, value as object) },
  });
  return reduceState(state, message);
}

describe('reduceState', () => {
  it('a snapshot replaces everything, so nothing of an earlier connection stays', () => {
    const before = snapshot(emptyState, { services: [service('old')], notices: [notice(9)] });
    const after = snapshot(before, { services: [service('new')], notices: [notice(1)] });
    expect([...after.services.keys()]).toEqual(['new']);
    expect(after.notices.map((n) => n.id)).toEqual([1]);
  });

  it('a change replaces the services it names and leaves the others as the same objects', () => {
    const before = snapshot(emptyState, { services: [service('a'), service('b')] });
    const after = change(before, { services: [service('b', Status.ERROR)] });
    expect(after.services.get('a')).toBe(before.services.get('a'));
    expect(after.services.get('b')?.status).toBe(Status.ERROR);
    expect(before.services.get('b')?.status).toBe(Status.RUNNING);
  });

  it('a change of services alone leaves projects and notices identical', () => {
    const before = snapshot(emptyState, { projects: [create(ProjectSchema, { name: 'shop' })], notices: [notice(1)] });
    const after = change(before, { services: [service('a')] });
    expect(after.projects).toBe(before.projects);
    expect(after.notices).toBe(before.notices);
  });

  it('removed services and projects are gone', () => {
    const before = snapshot(emptyState, {
      services: [service('a'), service('b')],
      projects: [create(ProjectSchema, { name: 'shop' })],
    });
    const after = change(before, { removedServices: ['a'], removedProjects: ['shop'] });
    expect([...after.services.keys()]).toEqual(['b']);
    expect(after.projects.size).toBe(0);
  });

  it('a service that is removed and added again in one change is there', () => {
    const before = snapshot(emptyState, { services: [service('a')] });
    const after = change(before, { removedServices: ['a'], services: [service('a', Status.PENDING)] });
    expect(after.services.get('a')?.status).toBe(Status.PENDING);
  });

  it('a notice that the snapshot already had is not shown twice', () => {
    const before = snapshot(emptyState, { notices: [notice(1), notice(2)] });
    const after = change(before, { notices: [notice(2), notice(3)] });
    expect(after.notices.map((n) => n.id)).toEqual([1, 2, 3]);
  });

  it('keeps the newest notices only', () => {
    let state = emptyState;
    for (let id = 1; id <= MAX_NOTICES + 50; id++) state = change(state, { notices: [notice(id)] });
    expect(state.notices.length).toBe(MAX_NOTICES);
    expect(state.notices.at(-1)?.id).toBe(MAX_NOTICES + 50);
  });

  it('any row of changes gives the same services as a plain map would', () => {
    const step = fc.record({
      set: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
      removed: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const model = new Map<string, number>();
        let state = emptyState;
        steps.forEach(({ set, removed }, index) => {
          for (const name of removed) model.delete(name);
          for (const name of set) model.set(name, index);
          state = change(state, {
            removedServices: removed,
            services: set.map((name) => create(ServiceSchema, { name, restarts: index })),
          });
        });
        const seen = [...state.services.values()].map((s) => [s.name, s.restarts] as const);
        expect(new Map(seen)).toEqual(model);
      }),
    );
  });
});
