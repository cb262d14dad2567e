import type { KubernetesObject, V1CronJob, V1Deployment, V1Job } from '@kubernetes/client-node';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Launcher } from '../../host/launcher.ts';
import { objectName } from '../../deploy/names.ts';
import { cronJobMinor, serviceObjects } from '../../deploy/serviceObjects.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { Registry } from '../../registry/registry.ts';
import type { InstanceHost } from '../instanceHost.ts';
import type { RunOverrides } from '../serviceUnit.ts';
import { type VariableSource, variablesOf, withArguments } from './appliedSpec.ts';
import { ClusterObjects } from './clusterObjects.ts';
import type { Connection } from './connection.ts';
import { Forwards } from './forwards.ts';
import type { Images } from './images.ts';
import { unsupported } from './unsupported.ts';
import { PodLauncher } from './podExec.ts';
import { PodLogs } from './podLogs.ts';
import { PodWatch } from './podWatch.ts';
import { declaredAs } from './takeUpTask.ts';

/** What {@link ClusterPlace} works with. */
export interface ClusterPlaceOptions {
  connection: Connection;
  host: Pick<InstanceHost, 'clock' | 'logger' | 'registry' | 'logs' | 'environment' | 'notify' | 'buildSlots'>;
  images: Images;
  /** Pods reach the proxy of this server. */
  reachesServer: boolean;
  find(service: string): ServiceSpec | undefined;
}

/** What one start of a service has of its own. */
export interface AppliedOptions {
  image: string;
  replicas: number;
  startedAt?: string;
  overrides: RunOverrides | undefined;
}

/** What all services of one namespace of a cluster share. */
export class ClusterPlace {
  readonly objects: ClusterObjects;
  readonly watch: PodWatch;
  readonly logs: PodLogs;
  readonly forwards: Forwards;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Pick<Registry, 'register' | 'deregister'>;
  /** What was said once of a service need not be said at every start. */
  private readonly noted = new Set<string>();

  constructor(private readonly options: ClusterPlaceOptions) {
    const { connection, host } = options;
    const logger = host.logger.child('kubernetes');
    this.clock = host.clock;
    this.logger = logger;
    this.registry = host.registry;
    this.watch = new PodWatch(connection, host.clock, logger);
    this.objects = new ClusterObjects(connection, this.watch);
    this.logs = new PodLogs({ connection, logs: host.logs, clock: host.clock, logger });
    this.forwards = new Forwards(connection, logger);
  }

  /** The image of a service; one that is not given is built. Rejects with `image.*`. */
  async image(spec: ServiceSpec, signal: AbortSignal): Promise<string> {
    const { images, host } = this.options;
    const release = spec.image ? undefined : await host.buildSlots.acquire(signal);
    try {
      signal.throwIfAborted();
      return await images.of(spec, signal, (output) => this.keepBuild(spec.name, output));
    } finally {
      release?.();
    }
  }

  /** What a builder wrote that failed is a run in the log of the service. */
  private async keepBuild(service: string, output: string): Promise<void> {
    const { logs, clock } = this.options.host;
    const log = await logs.startRun({
      service,
      instance: 'image',
      cause: 'its image is built',
      startedAt: clock.now(),
    });
    log.write('build', new TextEncoder().encode(output), clock.now() * 1000);
    await log.end({ endedAt: clock.now(), outcome: 'the image could not be built', failed: true });
  }

  /** The objects of a service as they are to be. Rejects with `env-file.*`, `config.*` or `runtime.unsupported`. */
  async objectsOf(declared: ServiceSpec, applied: AppliedOptions): Promise<KubernetesObject[]> {
    const { minor, namespace } = this.options.connection;
    const { overrides, replicas, image, startedAt } = applied;
    if (overrides?.debug) throw unsupported('a debugger', 'Run the service on this machine to debug it.');
    if (declared.schedule && minor < cronJobMinor) {
      throw new MicroError(
        'runtime.unsupported',
        `${declared.name} has a schedule, and Kubernetes 1.${minor} has no CronJob of batch/v1`,
        {
          next: `Use a cluster of 1.${cronJobMinor} or newer, or take the schedule away.`,
        },
      );
    }
    const spec: ServiceSpec = { ...declared, replicas, ...withArguments(declared, overrides?.args) };
    const context = {
      image,
      namespace,
      minor,
      variables: await variablesOf(spec, overrides, this.variableSource),
      ...(startedAt === undefined ? {} : { startedAt }),
      note: (text: string) => this.note(spec.name, text),
    };
    const objects = serviceObjects(spec, context);
    // Asked for by hand, a task runs at once, as it does on this machine; its schedule follows.
    const last = objects.at(-1) as V1CronJob | V1Deployment | V1Job;
    if (last.kind === 'Deployment') return objects;
    if (last.kind === 'Job') return [...objects.slice(0, -1), declaredJob(last as V1Job, declared)];
    const { schedule: _schedule, ...once } = spec;
    const job = serviceObjects({ ...once, schedule: undefined }, { ...context, note: () => {} }).at(-1);
    return job ? [...objects, declaredJob(job as V1Job, declared)] : objects;
  }

  private get variableSource(): VariableSource {
    const { host, reachesServer, find } = this.options;
    return { environment: host.environment, reachesServer, find, note: (service, text) => this.note(service, text) };
  }

  /** Tells the user something beside the status of a service. */
  say(level: 'warn' | 'error', service: string, text: string, code: string): void {
    this.options.host.notify(level, service, text, code);
  }

  private note(service: string, text: string): void {
    const key = `${service}: ${text}`;
    if (this.noted.has(key)) return;
    this.noted.add(key);
    this.say('warn', service, text, 'runtime.unsupported');
  }

  /** The Deployment or Job of a service as it is in the cluster. */
  read<T extends KubernetesObject>(apiVersion: string, kind: string, spec: ServiceSpec): Promise<T | undefined> {
    const { namespace } = this.options.connection;
    return this.objects.read<T>({ apiVersion, kind, metadata: { name: objectName(spec.name), namespace } });
  }

  /** Starts programs in a pod. */
  launcher(pod: string): Launcher {
    return new PodLauncher(this.options.connection, pod);
  }

  /** Services go on; what followed them ends. */
  async close(): Promise<void> {
    await this.watch.stop();
    await this.logs.stop();
    this.forwards.dispose();
  }
}

function declaredJob(job: V1Job, declared: ServiceSpec): V1Job {
  return {
    ...job,
    metadata: { ...job.metadata, annotations: { ...job.metadata?.annotations, ...declaredAs(declared) } },
  };
}
