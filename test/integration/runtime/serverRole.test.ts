import { readFile } from 'node:fs/promises';
import type { KubernetesObject, V1Deployment, V1Role } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import type { LogStore } from '../../../electron/server/logs/logStore.ts';
import { ClusterObjects } from '../../../electron/server/runtime/kubernetes/clusterObjects.ts';
import { connect } from '../../../electron/server/runtime/kubernetes/connection.ts';
import { PodLauncher } from '../../../electron/server/runtime/kubernetes/podExec.ts';
import { PodLogs } from '../../../electron/server/runtime/kubernetes/podLogs.ts';
import { PodWatch } from '../../../electron/server/runtime/kubernetes/podWatch.ts';
import { recordingCluster } from '../../helpers/recordingCluster.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const written: [string, string][] = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
];

/** A log store that keeps nothing, which is enough to make the requests for logs. */
const noLogs = {
  runs: async () => [],
  startRun: async () => ({ run: 1, write: () => true, whenDrained: async () => {}, end: async () => {} }),
} as unknown as Pick<LogStore, 'startRun' | 'runs'>;

test('the Role of the server in a cluster allows what the runtime asks for, and no more', async () => {
  const cluster = await recordingCluster(30);
  try {
    const connection = await connect({ kubeconfig: cluster.kubeconfig });
    const objects = new ClusterObjects(connection, { nextChange: () => Promise.resolve(true) });
    for (const [apiVersion, kind] of written)
      await objects.apply({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' } } as KubernetesObject);
    await objects.versions({ metadata: { name: 'web' } } as V1Deployment);
    for (const plural of ['pods', 'replicasets', 'services']) cluster.put(plural, [{ metadata: { name: 'web' } }]);
    await objects.remove('web', { force: false });

    const watch = new PodWatch(connection, systemClock, silentLogger);
    await watch.start();
    await waitFor('watches', () => [...cluster.asked].filter((request) => request.endsWith(' watch')).length === 3);
    await watch.stop();

    const logs = new PodLogs({ connection, logs: noLogs, clock: systemClock, logger: silentLogger });
    const running = { restartCount: 0, state: { running: { startedAt: new Date() } } };
    logs.note('web', { metadata: { name: 'web-1' }, status: { containerStatuses: [running] } } as never, '');
    await waitFor('the log', () => cluster.asked.has('/pods/log get'));
    await logs.stop();

    const launcher = new PodLauncher(connection, 'web-1');
    await launcher.launch({ argv: ['sh'], env: {}, cwd: '/' }).catch(() => {});
    expect([...cluster.asked].sort()).toEqual(allowed(await role()));
  } finally {
    await cluster.dispose();
  }
});

async function role(): Promise<V1Role> {
  const file = new URL('../../../build/container/kubernetes/role.yaml', import.meta.url);
  return parse(await readFile(file, 'utf8')) as V1Role;
}

function allowed({ rules = [] }: V1Role): string[] {
  return rules
    .flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)),
      ),
    )
    .sort();
}
