import type { V1Deployment, V1ReplicaSet } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { rolloutState } from '../../../../electron/server/runtime/kubernetes/clusterStatus.ts';
import { versionBefore } from '../../../../electron/server/runtime/kubernetes/rollBack.ts';

const version = (revision: number, image: string): { revision: number; set: V1ReplicaSet } => ({
  revision,
  set: {
    spec: {
      selector: {},
      template: {
        metadata: { labels: { app: 'catalog', 'pod-template-hash': 'abc' } },
        spec: { containers: [{ name: 'service', image }] },
      },
    },
  },
});

describe('roll-back', () => {
  const versions = [version(3, 'c:3'), version(2, 'c:2'), version(1, 'c:1')];

  test('goes to the version before, or to a given one, without what Kubernetes added', () => {
    expect(versionBefore(versions, undefined, 'catalog').spec?.containers[0]?.image).toBe('c:2');
    expect(versionBefore(versions, 1, 'catalog').spec?.containers[0]?.image).toBe('c:1');
    expect(versionBefore(versions, 1, 'catalog').metadata?.labels).toEqual({ app: 'catalog' });
  });

  test('a version that is not there is said with those that are', () => {
    expect(() => versionBefore(versions, 7, 'catalog')).toThrow(
      expect.objectContaining({ code: 'runtime.no-version', next: 'There are: 2, 1.' }),
    );
    expect(() => versionBefore(versions.slice(0, 1), undefined, 'catalog')).toThrow('catalog has no earlier version');
  });
});

describe('an update', () => {
  const rollout = (status: V1Deployment['status'], replicas = 3): V1Deployment => ({
    metadata: { generation: 2 },
    spec: { replicas, selector: {}, template: {} },
    status: status as NonNullable<typeof status>,
  });

  test('is done when only new copies are there and all of them are available', () => {
    const done = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
    expect(rolloutState(rollout(done))).toBe('done');
    expect(rolloutState(rollout({ ...done, observedGeneration: 1 }))).toBe('under way');
    expect(rolloutState(rollout({ ...done, replicas: 4 }))).toBe('under way');
    expect(rolloutState(rollout({ ...done, availableReplicas: 2 }))).toBe('under way');
  });

  test('has failed when the controller gives it up', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(rolloutState(rollout({ observedGeneration: 2, conditions }))).toBe('failed');
  });
});
