import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { RunOverrides } from '../serviceUnit.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import type { Phase } from './phase.ts';

/** What one application of a service has of its own. */
export interface ApplyOptions {
  /** Asked for when it is written: it may be changed while the image is built. */
  replicas(): number;
  /** Pods are started anew when it is another than before. */
  startedAt: string | undefined;
  overrides: RunOverrides | undefined;
  signal: AbortSignal;
  enter(phase: Phase): void;
}

/** Builds the image of a service where it has none, and writes its objects. Rejects when `signal` is aborted. */
export async function applyService(place: ClusterPlace, spec: ServiceSpec, options: ApplyOptions): Promise<void> {
  const { replicas, startedAt, overrides, signal, enter } = options;
  enter({ is: 'building' });
  const image = await place.image(spec, signal);
  enter({ is: 'applying' });
  const started = startedAt === undefined ? {} : { startedAt };
  for (const object of await place.objectsOf(spec, { image, replicas: replicas(), ...started, overrides })) {
    signal.throwIfAborted();
    await place.objects.apply(object);
  }
  enter({ is: 'live' });
}
