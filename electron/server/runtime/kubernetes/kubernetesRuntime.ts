import { MicroError } from '../../../../shared/contract/errors.ts';
import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import type { PortClash } from '../../../../shared/contract/gen/actions_pb.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { Dependencies } from '../dependencies.ts';
import type { InstanceHost } from '../instanceHost.ts';
import { LocalRuntime } from '../localRuntime.ts';
import type { LocalRuntimeOptions } from '../options.ts';
import type { Runtime, ServicePlace } from '../runtime.ts';
import type { ServiceUnit } from '../serviceUnit.ts';
import { ClusterPlace } from './clusterPlace.ts';
import { connect, type KubernetesOptions } from './connection.ts';
import { Images, type ImagesOptions } from './images.ts';
import { CONTAINER_SHELL } from './podExec.ts';
import { unsupported } from './unsupported.ts';
import { KubernetesService } from './kubernetesService.ts';

/** Where and how services run in a cluster. */
export interface KubernetesRuntimeOptions extends KubernetesOptions, Pick<ImagesOptions, 'imagePrefix'> {}

/**
 * Makes a runtime that runs services in a Kubernetes cluster. Projects, dependencies, actions and what is kept over a restart
 * are as on this machine. Rejects with `kubernetes.*` when the cluster does not answer.
 */
export async function createKubernetesRuntime(
  options: LocalRuntimeOptions,
  cluster: KubernetesRuntimeOptions,
): Promise<Runtime> {
  const connection = await connect(cluster);
  options.logger.info(`services run in Kubernetes 1.${connection.minor}`, {
    cluster: connection.address,
    namespace: connection.namespace,
  });
  const images = new Images({
    context: connection.kubeConfig.getCurrentContext(),
    host: options,
    systemEnvironment: () => options.systemEnvironment(),
    ...(cluster.imagePrefix === undefined ? {} : { imagePrefix: cluster.imagePrefix }),
  });
  const runtime = new KubernetesRuntime(
    {
      ...options,
      // Nothing of this machine's environment is of use in a container.
      systemEnvironment: async () => ({}),
      serverAddresses: () => {
        const { gateway } = options.serverAddresses();
        return { gateway, proxy: cluster.advertise ?? '' };
      },
    },
    (host, find) =>
      new ClusterPlace({ connection, images, host, find, reachesServer: cluster.advertise !== undefined }),
  );
  await runtime.open();
  return runtime;
}

/** Makes what the services share, once the runtime has what it is made of. */
type PlaceMaker = (host: InstanceHost, find: (name: string) => ServiceSpec | undefined) => ClusterPlace;

/** What differs from services that are processes of this machine. */
class KubernetesRuntime extends LocalRuntime {
  private readonly cluster: ClusterPlace;

  constructor(options: LocalRuntimeOptions, placeOf: PlaceMaker) {
    super(options);
    this.cluster = placeOf(this.host, (name) => this.byName.get(name)?.spec);
  }

  protected override createUnit(spec: ServiceSpec, dependencies: Dependencies): ServiceUnit {
    return spec.kind === 'external'
      ? super.createUnit(spec, dependencies)
      : new KubernetesService(spec, this.cluster, dependencies);
  }

  async open(): Promise<void> {
    this.cluster.watch.onDidChange((service) => {
      const unit = this.byName.get(service);
      if (unit instanceof KubernetesService) void unit.look();
    });
    this.cluster.watch.onDidChangeProblem(() => {
      for (const unit of this.byName.values()) if (unit instanceof KubernetesService) unit.followProblem();
    });
    await this.cluster.watch.start();
  }

  override async debug(): Promise<void> {
    throw unsupported('a debugger', 'Run the service on this machine to debug it.');
  }
  override async attach(): ReturnType<Runtime['attach']> {
    throw unsupported('to attach a process', 'Use a server of this machine: micro server.');
  }
  override async join(): ReturnType<Runtime['join']> {
    throw unsupported('to join as a process', 'Use a server of this machine: micro server.');
  }
  override async place(name: string): Promise<ServicePlace> {
    const pod = this.service(name)?.instances.find(
      ({ status }) => status === Status.RUNNING || status === Status.STARTING,
    );
    const folder = this.byName.get(name)?.spec.folder ?? (await super.place(name)).folder;
    if (!pod) {
      throw new MicroError('service.not-running', `${name} has no running pod to work in`, {
        next: `Start it first: micro start ${name}`,
      });
    }
    return { folder, env: {}, elsewhere: { launcher: this.cluster.launcher(pod.id), shell: CONTAINER_SHELL } };
  }
  override async portClashes(): Promise<PortClash[]> {
    return [];
  }

  /** The cluster goes on with what runs there. */
  protected override async endServices(): Promise<void> {
    await this.cluster.close();
  }
}
