import { createHash } from 'node:crypto';
import type { V1EnvVar, V1PodTemplateSpec, V1ResourceRequirements } from '@kubernetes/client-node';
import type { ResourcesSpec, ServiceSpec } from '../project/serviceSpec.ts';
import { containerCommand } from './containerCommand.ts';
import { containerLifecycle, containerProbes, graceSeconds } from './containerProbes.ts';
import { containerPort, EVERYWHERE } from './containerPort.ts';
import { type ContainerVariable, dataOf, isDataKey, literalText } from './containerVariables.ts';
import { objectLabels, objectName } from './names.ts';

/** What of the surroundings decides how a service is written. */
export interface DeployContext {
  /** The image that runs; a folder's own is built before. */
  image: string;
  variables: readonly ContainerVariable[];
  /** Minor version of Kubernetes, e.g. 30 for 1.30. */
  minor: number;
  /** Absent: objects say none. */
  namespace?: string;
  /** Changes when the pods are to be started anew although nothing else changed. */
  startedAt?: string;
  /** Names of Secrets that hold the log-in to a registry. */
  pullSecrets?: readonly string[];
  /** Hears what of the declaration Kubernetes cannot do. */
  note(text: string): void;
}

/** Pods are started anew when what they were given changes; Kubernetes does not look into ConfigMaps itself. */
const DATA_ANNOTATION = 'micro/data';
const STARTED_ANNOTATION = 'micro/started-at';
/** The name of the one container of a pod. */
export const CONTAINER = 'service';

/** The pod of a service: one container, without the token of the cluster's API. */
export function podTemplate(spec: ServiceSpec, context: DeployContext): V1PodTemplateSpec {
  const port = containerPort(spec);
  const lifecycle = containerLifecycle(spec, port, context.minor);
  if (spec.stop.signal !== 'SIGTERM')
    context.note(`stop.signal ${spec.stop.signal} is not sent: Kubernetes sends SIGTERM`);
  return {
    metadata: { labels: objectLabels(spec), ...annotations(context) },
    spec: {
      automountServiceAccountToken: false,
      // Variables for every other Service of the namespace would be in the way of the service's own.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds(spec, port),
      ...(context.pullSecrets?.length ? { imagePullSecrets: context.pullSecrets.map((name) => ({ name })) } : {}),
      containers: [
        {
          name: CONTAINER,
          image: context.image,
          ...(spec.image?.command ? { command: containerCommand(spec.image.command).map(literalText) } : {}),
          ...(port === undefined ? {} : { ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }] }),
          env: environment(spec, port, context),
          ...resources(spec.resources),
          ...containerProbes(spec, port, context.note),
          ...(lifecycle ? { lifecycle } : {}),
          ...(spec.tty ? { tty: true, stdin: true } : {}),
        },
      ],
    },
  };
}

function annotations({ variables, startedAt }: DeployContext): { annotations?: Record<string, string> } {
  const data = { ...dataOf(variables, 'config'), ...dataOf(variables, 'secret') };
  const all = {
    ...(Object.keys(data).length > 0
      ? { [DATA_ANNOTATION]: createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16) }
      : {}),
    ...(startedAt === undefined ? {} : { [STARTED_ANNOTATION]: startedAt }),
  };
  return Object.keys(all).length > 0 ? { annotations: all } : {};
}

function environment(spec: ServiceSpec, port: number | undefined, { variables, note }: DeployContext): V1EnvVar[] {
  const name = objectName(spec.name);
  const written = variables.map((variable): V1EnvVar => {
    if (variable.kind === 'plain') return { name: variable.name, value: literalText(variable.value ?? '') };
    if (!isDataKey(variable.name)) {
      note(`${variable.name} stands in the pod itself, as a ConfigMap cannot have such a key`);
      return { name: variable.name, value: literalText(variable.value ?? '') };
    }
    const reference = { name, key: variable.name };
    return {
      name: variable.name,
      valueFrom: variable.kind === 'config' ? { configMapKeyRef: reference } : { secretKeyRef: reference },
    };
  });
  const own: V1EnvVar[] = [
    ...(port === undefined
      ? []
      : [
          { name: 'PORT', value: String(port) },
          { name: 'MICRO_LISTEN', value: EVERYWHERE },
        ]),
    { name: 'MICRO_SERVICE_NAME', value: spec.name },
    { name: 'MICRO_SERVICE_VERSION', value: spec.version },
    { name: 'MICRO_INSTANCE_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } },
  ];
  const ours = new Set(own.map((variable) => variable.name));
  return [...own, ...written.filter((variable) => !ours.has(variable.name))];
}

function resources(spec: ResourcesSpec | undefined): { resources?: V1ResourceRequirements } {
  if (!spec) return {};
  const amounts = (of: ResourcesSpec['limits']): Record<string, string> => ({ ...of });
  return {
    resources: {
      ...(spec.requests && Object.keys(spec.requests).length > 0 ? { requests: amounts(spec.requests) } : {}),
      ...(spec.limits && Object.keys(spec.limits).length > 0 ? { limits: amounts(spec.limits) } : {}),
    },
  };
}
