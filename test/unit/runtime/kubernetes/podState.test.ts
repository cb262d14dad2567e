import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import { podState } from '../../../../electron/server/runtime/kubernetes/podState.ts';

/** A pod as the API server tells of it: times are texts when they come by watch. */
function pod(
  status: Partial<V1ContainerStatus>,
  more: { ready?: boolean; phase?: string; policy?: string } = {},
): V1Pod {
  return {
    metadata: { name: 'catalog-1', creationTimestamp: '2026-03-01T10:00:00Z' as unknown as Date },
    spec: { containers: [], restartPolicy: more.policy ?? 'Always' },
    status: {
      phase: more.phase ?? 'Running',
      podIP: '10.0.0.7',
      conditions: [{ type: 'Ready', status: more.ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'service', image: '', imageID: '', ready: false, restartCount: 0, ...status }],
    },
  };
}

const seen = (...args: Parameters<typeof pod>): string => {
  const { status, reason } = podState(pod(...args));
  return `${Status[status]} ${reason}`.trim();
};

describe('what a pod says of itself', () => {
  test('its way up', () => {
    expect(seen({ state: { waiting: { reason: 'ContainerCreating' } } })).toBe('PENDING ContainerCreating');
    expect(seen({ state: { running: {} } })).toBe('STARTING not ready yet');
    expect(seen({ state: { running: {} } }, { ready: true })).toBe('RUNNING');
  });

  test('an image that cannot be had is an error with the reason and a next step', () => {
    const state = podState(
      pod({ state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } } }),
    );
    expect(Status[state.status]).toBe('ERROR');
    expect(state.reason).toBe('ImagePullBackOff: Back-off pulling image "x"');
    expect(state.next).toContain('image');
  });

  test('a crash loop says how the container ended', () => {
    const lastState = { terminated: { exitCode: 3, reason: 'Error' } };
    expect(seen({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState, restartCount: 2 })).toBe(
      'ERROR CrashLoopBackOff: exit 3',
    );
  });

  test('out of memory is told as such, also after it was started again', () => {
    const ended = { exitCode: 137, reason: 'OOMKilled' };
    expect(seen({ state: { terminated: ended } })).toBe('ERROR OOMKilled (exit 137)');
    const again = podState(
      pod({ state: { running: {} }, lastState: { terminated: ended }, restartCount: 1 }, { ready: true }),
    );
    expect(again).toMatchObject({ status: Status.RUNNING, reason: 'ended before: OOMKilled (exit 137)', restarts: 1 });
    const loop = podState(
      pod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: ended } }),
    );
    expect(loop.next).toContain('resources.limits.memory');
  });

  test('one that fits on no node waits, and says what is missing', () => {
    const waiting = pod({});
    waiting.status = {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes: Insufficient cpu' },
      ],
    };
    const state = podState(waiting);
    expect(state).toMatchObject({ status: Status.PENDING, reason: 'Unschedulable: 0/1 nodes: Insufficient cpu' });
    expect(state.next).toBeDefined();
  });

  test('one that is told to end is not ready any more', () => {
    const leaving = pod({ state: { running: {} } }, { ready: true });
    leaving.metadata = { ...leaving.metadata, deletionTimestamp: new Date(0) };
    expect(podState(leaving)).toMatchObject({ status: Status.STOPPING, isReady: false, isLeaving: true });
  });

  test('a task that ended well is no failure', () => {
    expect(seen({ state: { terminated: { exitCode: 0 } } }, { phase: 'Succeeded', policy: 'Never' })).toBe(
      'STOPPED completed',
    );
    expect(seen({ state: { terminated: { exitCode: 2 } } }, { phase: 'Failed', policy: 'Never' })).toBe('ERROR exit 2');
  });
});
