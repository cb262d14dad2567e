import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { hasEnded } from '../../../../electron/server/runtime/kubernetes/removeService.ts';

const leaving = { deletionTimestamp: new Date(0) };
const pod = (state: object | undefined, metadata: object = leaving): V1Pod =>
  ({
    metadata,
    spec: { nodeName: 'node1' },
    status: { phase: 'Running', ...(state ? { containerStatuses: [{ state }] } : {}) },
  }) as V1Pod;

test('a pod has ended when it is leaving and its containers have terminated or will not start', () => {
  expect(hasEnded(pod({ terminated: { exitCode: 0 } }))).toBe(true);
  expect(hasEnded(pod({ waiting: { reason: 'CrashLoopBackOff' } }))).toBe(true);
  expect(hasEnded({ metadata: {}, status: { phase: 'Succeeded' } })).toBe(true);
  expect(hasEnded({ metadata: leaving, spec: { containers: [] }, status: { phase: 'Pending' } } as V1Pod)).toBe(true);
});

test('a pod that is leaving has ended when its container ran and the node says again that it creates it', () => {
  const creating = pod({ waiting: { reason: 'ContainerCreating' } });
  expect(hasEnded(creating, true)).toBe(true);
  expect(hasEnded({ ...creating, metadata: {} }, true)).toBe(false);
  expect(hasEnded(pod({ running: {} }), true)).toBe(false);
});

test('a pod whose container runs, may be starting, or would be started again has not', () => {
  expect(hasEnded(pod({ running: {} }))).toBe(false);
  expect(hasEnded(pod({ waiting: { reason: 'ContainerCreating' } }))).toBe(false);
  expect(hasEnded(pod(undefined))).toBe(false);
  expect(hasEnded(pod({ terminated: { exitCode: 1 } }, {}))).toBe(false);
});
