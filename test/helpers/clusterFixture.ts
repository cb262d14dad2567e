import { afterEach } from 'vitest';
import { systemClock } from '../../electron/server/base/clock.ts';
import { silentLogger } from '../../electron/server/base/logger.ts';
import { MANAGED_LABEL, MANAGER, SERVICE_LABEL } from '../../electron/server/deploy/names.ts';
import { parseManifest } from '../../electron/server/project/manifestParser.ts';
import type { ServiceSpec } from '../../electron/server/project/serviceSpec.ts';
import { MemoryRegistry } from '../../electron/server/registry/memoryRegistry.ts';
import { Dependencies } from '../../electron/server/runtime/dependencies.ts';
import type { InstanceHost } from '../../electron/server/runtime/instanceHost.ts';
import { ClusterPlace } from '../../electron/server/runtime/kubernetes/clusterPlace.ts';
import { connect } from '../../electron/server/runtime/kubernetes/connection.ts';
import type { Images } from '../../electron/server/runtime/kubernetes/images.ts';
import { KubernetesService } from '../../electron/server/runtime/kubernetes/kubernetesService.ts';
import { Slots } from '../../electron/server/runtime/slots.ts';
import { Status } from '../../shared/contract/gen/state_pb.ts';
import { StoringCluster } from './storingCluster.ts';
import { waitFor } from './waitFor.ts';

/** The labels of what belongs to a service. */
export const labelsOf = (service: string): Record<string, string> => ({
  [SERVICE_LABEL]: service,
  [MANAGED_LABEL]: MANAGER,
});

/** A pod of a service that is ready. */
export const readyPod = (service: string, name = `${service}-1`): object => ({
  metadata: { name, namespace: 'shop', uid: name, labels: labelsOf(service) },
  spec: { nodeName: 'node1', containers: [] },
  status: {
    phase: 'Running',
    podIP: '10.0.0.1',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ restartCount: 0, state: { running: { startedAt: new Date(0).toISOString() } } }],
  },
});

/** A declaration as micro.yaml has it. */
export function declared(name: string, service: object): ServiceSpec {
  const manifest = { name: 'test', services: { [name]: { run: 'node main.mjs', ...service } } };
  const result = parseManifest(JSON.stringify(manifest), '/project', 'micro.yaml', 'linux');
  if (!result.ok) throw new Error(result.problems.map(({ text }) => text).join('\n'));
  return result.manifest.services[0] as ServiceSpec;
}

/** What one server does for services in a cluster. */
export interface ClusterFixture {
  readonly place: ClusterPlace;
  /** What users were told. */
  readonly notices: string[];
  unit(name: string, service?: object): KubernetesService;
  /** Ends the server; the cluster goes on. */
  close(): Promise<void>;
}

/** Returns a cluster for each test and makers of servers for it; all end with the test. */
export function useStoringCluster(): { cluster(): Promise<StoringCluster>; server(): Promise<ClusterFixture> } {
  const ends: (() => Promise<void>)[] = [];
  let current: StoringCluster;
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return {
    async cluster() {
      current = new StoringCluster();
      await current.start();
      ends.push(() => current.dispose());
      return current;
    },
    async server() {
      const made = await makeServer(current.kubeconfig);
      ends.push(() => made.close());
      return made;
    },
  };
}

async function makeServer(kubeconfig: string): Promise<ClusterFixture> {
  const notices: string[] = [];
  const units = new Map<string, KubernetesService>();
  const noLog = { run: 1, write: () => true, whenDrained: async () => {}, end: async () => {} };
  const host = {
    clock: systemClock,
    logger: silentLogger,
    registry: new MemoryRegistry(systemClock),
    buildSlots: new Slots(1),
    logs: { runs: async () => [], startRun: async () => noLog },
    environment: async () => ({ values: new Map(), warnings: [] }),
    notify: (_level: string, service: string, text: string) => void notices.push(`${service}: ${text}`),
  } as unknown as InstanceHost;
  const images = { of: async () => 'image:1' } as unknown as Images;
  const connection = await connect({ kubeconfig });
  const place = new ClusterPlace({ connection, host, images, reachesServer: false, find: () => undefined });
  const dependencies = new Dependencies(units);
  place.watch.onDidChange((service) => void units.get(service)?.look());
  place.watch.onDidChangeProblem(() => {
    for (const unit of units.values()) unit.followProblem();
  });
  await place.watch.start();
  return {
    place,
    notices,
    unit(name, service = { port: 'none' }) {
      const unit = new KubernetesService(declared(name, service), place, dependencies);
      units.set(name, unit);
      return unit;
    },
    async close() {
      for (const unit of units.values()) unit.dispose();
      units.clear();
      await place.close();
    },
  };
}

/** Resolves when a service is shown as `wanted`: its status, and its reason where there is one. */
export function shownAs(unit: KubernetesService, wanted: RegExp): Promise<string> {
  return waitFor(`${unit.spec.name} ${wanted}`, () => {
    const { status, reason } = unit.message();
    const text = `${Status[status]} ${reason}`.trim();
    if (wanted.test(text)) return text;
    throw new Error(text);
  });
}
