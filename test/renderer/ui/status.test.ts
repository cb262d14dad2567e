import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { countByStatus, lookOf, statusOf } from '../../../renderer/ui/status.ts';
import { Kind, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';

const service = (init: MessageInitShape<typeof ServiceSchema>) => create(ServiceSchema, init);
const everyStatus = Object.values(Status).filter((value): value is Status => typeof value === 'number');

describe('the look of a status', () => {
  it('differs by shape and by word for every status, so that colour is never the only difference', () => {
    const looks = everyStatus.map(lookOf);
    expect(new Set(looks.map((look) => look.shape)).size).toBe(everyStatus.length);
    expect(new Set(looks.map((look) => look.word)).size).toBe(everyStatus.length);
  });

  it('is completed for a task that ended well, and stopped for one that was stopped', () => {
    const task = { kind: Kind.TASK, status: Status.STOPPED };
    expect(statusOf(service({ ...task, reason: 'completed' }))).toMatchObject({ word: 'completed', detail: '' });
    expect(statusOf(service({ ...task, reason: 'stopped by you' })).word).toBe('stopped');
  });

  it('says for whom a pending service waits', () => {
    const look = statusOf(service({ status: Status.PENDING, waitingFor: ['db', 'cache'] }));
    expect(look.detail).toBe('waiting for db, cache');
  });

  it('never greys out an error and never reddens what was not started', () => {
    expect(lookOf(Status.ERROR).tone).toBe('bad');
    expect(lookOf(Status.STOPPED).tone).toBe('idle');
  });
});

describe('the counts by status', () => {
  it('come in a fixed order, without zeros and without stopped ones', () => {
    const counts = countByStatus(
      [Status.ERROR, Status.RUNNING, Status.STOPPED, Status.RUNNING].map((status) => service({ status })),
    );
    expect(counts).toEqual([
      { status: Status.RUNNING, count: 2 },
      { status: Status.ERROR, count: 1 },
    ]);
  });
});
