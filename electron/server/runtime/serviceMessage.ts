import { create } from '@bufbuild/protobuf';
import { Kind, type Service, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { BuildState } from './builder.ts';
import { configUses } from './configReferences.ts';
import type { Instance } from './instance.ts';
import { addressText } from './instanceAddress.ts';
import type { InstancePhase } from './instanceEnd.ts';
import type { ReloadState } from './reloadState.ts';
import type { Replica } from './replica.ts';
import type { ShownStatus } from './serviceStatus.ts';

const kinds = { service: Kind.SERVICE, task: Kind.TASK, external: Kind.EXTERNAL } as const;

const statusOfPhase = {
  launching: Status.STARTING,
  starting: Status.STARTING,
  ready: Status.RUNNING,
  stopping: Status.STOPPING,
  ended: Status.STOPPED,
} as const satisfies Record<InstancePhase, Status>;

/** What there is to say of a service that runs here. */
export interface ServiceView {
  spec: ServiceSpec;
  shown: ShownStatus;
  /** Since when it has its status, ms since 1970. */
  since: number;
  wanted: boolean;
  replicas: readonly Replica[];
  instances: readonly Instance[];
  /** Number of the newest run; 0: it never ran. */
  lastRun: number;
  /** When its schedule runs it next, ms since 1970; 0: it has none, or is stopped. */
  nextRunAt: number;
  build: BuildState;
  reload: ReloadState;
}

/** The state of a service as a message of the contract. */
export function serviceMessage(view: ServiceView): Service {
  const { spec, shown, replicas } = view;
  return create(ServiceSchema, {
    name: spec.name,
    project: spec.project,
    kind: kinds[spec.kind],
    status: shown.status,
    reason: shown.reason,
    restarts: replicas.reduce((sum, replica) => sum + replica.restarts, 0),
    instances: view.instances
      .filter((instance) => instance.pid !== 0)
      .map((instance) => ({
        id: instance.id,
        pid: instance.pid,
        address: instance.address ? addressText(instance.address) : '',
        startedAt: instance.startedAt,
        readyAt: instance.readyAt,
        run: instance.run,
        status: statusOfPhase[instance.phase],
        debugger: instance.debugger?.port === undefined ? '' : `127.0.0.1:${instance.debugger.port}`,
        debuggerKind: instance.debugger?.kind ?? '',
      })),
    version: spec.version,
    folder: spec.folder,
    command: spec.command?.text ?? '',
    language: spec.language,
    dependsOn: spec.dependsOn.map(({ service, condition }) => ({ service, condition })),
    waitingFor: shown.waitingFor ?? [],
    readyBy: spec.kind === 'service' ? readyText(spec) : '',
    build: view.build,
    reload: { ...view.reload, recent: [...view.reload.recent] },
    replicas: replicas.length,
    moves: spec.move,
    disabled: spec.start === 'disabled',
    onDemand: spec.start === 'manual',
    nextRunAt: view.nextRunAt,
    wanted: view.wanted,
    since: view.since,
    run: view.lastRun,
    tty: spec.tty,
    labels: [...spec.labels],
    declaredAt: spec.declaredAt,
    configUses: configUses(spec),
    next: shown.next ?? '',
  });
}

/** How readiness is proven, in words. */
export function readyText(spec: ServiceSpec): string {
  const { ready } = spec;
  switch (ready.by) {
    case 'tcp':
      return ready.port ? `tcp ${ready.port}` : 'tcp';
    case 'http':
      return `http ${ready.http ?? ''}`;
    case 'log':
      return `log ${JSON.stringify(ready.log)}`;
    case 'exec':
      return `exec ${ready.exec?.text ?? ''}`;
    case 'after':
      return `after ${ready.afterMs} ms`;
    case 'quiet':
      return spec.port === 'none' ? 'it lives' : 'it listens, or lives without listening';
  }
}
