import { create } from '@bufbuild/protobuf';
import { Kind, type Service, ServiceSchema } from '../../../../shared/contract/gen/state_pb.ts';
import { containerPort } from '../../deploy/containerPort.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import { configUses } from '../configReferences.ts';
import { readyText } from '../serviceMessage.ts';
import type { ShownStatus } from '../serviceStatus.ts';
import type { PodState } from './podState.ts';

/** What there is to say of a service in the cluster. */
export interface ClusterServiceView {
  spec: ServiceSpec;
  shown: ShownStatus;
  pods: readonly PodState[];
  since: number;
  wanted: boolean;
  restarts: number;
  replicas: number;
  /** The number of the run that a pod's log is written to. */
  runOf(pod: string): number;
}

/** The state of a service in the cluster as a message of the contract; its pods are its instances. */
export function kubernetesMessage(view: ClusterServiceView): Service {
  const { spec, shown, pods } = view;
  const port = containerPort(spec);
  return create(ServiceSchema, {
    name: spec.name,
    project: spec.project,
    kind: spec.kind === 'task' ? Kind.TASK : Kind.SERVICE,
    status: shown.status,
    reason: shown.reason,
    restarts: view.restarts,
    instances: shownPods(pods).map((pod) => ({
      id: pod.name,
      address: pod.ip === '' || port === undefined ? '' : `${pod.ip}:${port}`,
      startedAt: pod.startedAt,
      readyAt: pod.readyAt,
      run: view.runOf(pod.name),
      status: pod.status,
    })),
    version: spec.version,
    folder: spec.folder,
    command: spec.image?.command?.text ?? spec.image?.name ?? spec.command?.text ?? '',
    language: spec.language,
    dependsOn: spec.dependsOn.map(({ service, condition }) => ({ service, condition })),
    waitingFor: shown.waitingFor ?? [],
    readyBy: spec.kind === 'service' ? readyText(spec) : '',
    replicas: spec.kind === 'task' ? 1 : view.replicas,
    disabled: spec.start === 'disabled',
    wanted: view.wanted,
    since: view.since,
    run: Math.max(0, ...pods.map((pod) => view.runOf(pod.name))),
    labels: [...spec.labels],
    declaredAt: spec.declaredAt,
    configUses: configUses(spec),
    next: shown.next ?? '',
  });
}

/** A pod that leaves while others stay is of a version or a number of copies that is over, and gets no calls any more. */
function shownPods(pods: readonly PodState[]): readonly PodState[] {
  const staying = pods.filter(({ isLeaving }) => !isLeaving);
  return staying.length > 0 ? staying : pods;
}
