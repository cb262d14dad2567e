import type { V1Deployment } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import { clusterStatus } from '../../../../electron/server/runtime/kubernetes/clusterStatus.ts';
import type { PodState } from '../../../../electron/server/runtime/kubernetes/podState.ts';

const pod = (name: string, more: Partial<PodState> = {}): PodState => ({
  name,
  status: Status.RUNNING,
  reason: '',
  isReady: true,
  isLeaving: false,
  restarts: 0,
  startedAt: 0,
  readyAt: 0,
  ip: '',
  ...more,
});

function shown(pods: PodState[], count = pods.length, problem = '') {
  const view = { phase: { is: 'live' }, pods, count, rollout: undefined, kind: 'service', problem } as const;
  const { status, reason } = clusterStatus(view);
  return `${Status[status]} ${reason}`.trim();
}

const broken = pod('b', { status: Status.ERROR, isReady: false, reason: 'ImagePullBackOff: no such image' });

describe('the status of a service in a cluster', () => {
  test('is running when all copies are ready, and says when some are not', () => {
    expect(shown([pod('a'), pod('b')])).toBe('RUNNING');
    expect(shown([pod('a'), broken], 2)).toBe('RUNNING 1 of 2 copies ready; ImagePullBackOff: no such image');
  });

  test('is the worst of what its pods say when none is ready', () => {
    const starting = pod('a', { status: Status.STARTING, isReady: false, reason: 'not ready yet' });
    expect(shown([starting, broken])).toBe('ERROR ImagePullBackOff: no such image');
    expect(shown([])).toBe('STARTING');
  });

  test('is pending, with what helps, where the cluster makes no pod', () => {
    const refusal = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: few' };
    const rollout: V1Deployment = { status: { conditions: [refusal] } };
    const view = { pods: [], count: 1, rollout, kind: 'service', problem: '' } as const;
    const { status, reason, next } = clusterStatus({ ...view, phase: { is: 'live' } });
    expect([status, reason]).toEqual([Status.PENDING, 'FailedCreate: exceeded quota: few']);
    expect(next).toContain('make room');
    // What the cluster said of the version before says nothing about the one that is on its way there.
    expect(clusterStatus({ ...view, phase: { is: 'applying' } }).status).toBe(Status.STARTING);
  });

  test('does not count pods that are leaving', () => {
    expect(shown([pod('a', { isReady: false, isLeaving: true, status: Status.STOPPING })], 1)).toBe('STARTING');
  });

  test('is unknown while the cluster cannot be followed, whatever was seen last', () => {
    expect(shown([pod('a')], 1, 'pods cannot be followed')).toBe('UNKNOWN pods cannot be followed');
  });
});
