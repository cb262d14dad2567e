import type {
  KubernetesObject,
  V1ConfigMap,
  V1CronJob,
  V1Deployment,
  V1Job,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { containerPort } from './containerPort.ts';
import { dataOf } from './containerVariables.ts';
import { objectLabels, objectName, selectorLabels } from './names.ts';
import { type DeployContext, podTemplate } from './podTemplate.ts';
import { cronSchedule } from './schedule.ts';

/** Old versions that can be rolled back to; Kubernetes' own default. */
const keptVersions = 10;
/** A CronJob names its Jobs after itself and needs the room. */
const cronJobNameLength = 52;
/** From this version on CronJob is batch/v1, and has time zones two versions later than it is worth asking for. */
export const cronJobMinor = 21;
const timeZoneMinor = 27;

/** The objects of a service in the order in which they are applied: what others refer to comes first. */
export function serviceObjects(spec: ServiceSpec, context: DeployContext): KubernetesObject[] {
  const name = objectName(spec.name);
  const metadata = (own: string) => ({
    name: own,
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    labels: objectLabels(spec),
  });
  const config = dataOf(context.variables, 'config');
  const secrets = dataOf(context.variables, 'secret');
  const port = containerPort(spec);
  const objects: KubernetesObject[] = [];
  if (Object.keys(config).length > 0) {
    objects.push({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name), data: config } as V1ConfigMap);
  }
  if (Object.keys(secrets).length > 0) {
    const data = Object.fromEntries(
      Object.entries(secrets).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    objects.push({ apiVersion: 'v1', kind: 'Secret', metadata: metadata(name), type: 'Opaque', data } as V1Secret);
  }
  if (spec.kind === 'task') {
    objects.push(taskObject(spec, context, metadata));
    return objects;
  }
  if (port !== undefined) {
    const service: V1Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(name),
      spec: {
        type: 'ClusterIP',
        selector: selectorLabels(spec),
        ports: [{ name: 'http', port, targetPort: port, protocol: 'TCP' }],
      },
    };
    objects.push(service);
  }
  objects.push(deployment(spec, context, metadata(name)));
  return objects;
}

function deployment(spec: ServiceSpec, context: DeployContext, metadata: V1Deployment['metadata']): V1Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata as NonNullable<typeof metadata>,
    spec: {
      replicas: spec.replicas,
      revisionHistoryLimit: keptVersions,
      // The new copy is ready before an old one ends.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      ...(spec.ready.by === 'after' ? { minReadySeconds: Math.ceil((spec.ready.afterMs ?? 0) / 1000) } : {}),
      ...(spec.ready.withinMs === undefined
        ? {}
        : { progressDeadlineSeconds: Math.max(1, Math.ceil(spec.ready.withinMs / 1000)) + minReadySeconds(spec) }),
      selector: { matchLabels: selectorLabels(spec) },
      template: podTemplate(spec, context),
    },
  };
}

/** The deadline has to be later than the time that a pod has to live. */
function minReadySeconds(spec: ServiceSpec): number {
  return spec.ready.by === 'after' ? Math.ceil((spec.ready.afterMs ?? 0) / 1000) : 0;
}

function taskObject(
  spec: ServiceSpec,
  context: DeployContext,
  metadata: (name: string) => V1Job['metadata'],
): V1Job | V1CronJob {
  const template = podTemplate(spec, context);
  const job = {
    backoffLimit: spec.restart.policy === 'never' ? 0 : spec.restart.maxInRow,
    template: {
      ...template,
      spec: { ...template.spec, containers: template.spec?.containers ?? [], restartPolicy: 'Never' },
    },
  };
  const cron = spec.schedule && cronSchedule(spec.schedule);
  if (cron && 'problem' in cron) context.note(`${cron.problem}; it runs once`);
  if (spec.successExitCodes.length > 0) context.note('successExitCodes: a Job succeeds with exit code 0 only');
  if (!cron || 'problem' in cron) {
    return { apiVersion: 'batch/v1', kind: 'Job', metadata: metadata(objectName(spec.name)) as object, spec: job };
  }
  const { timeZone, schedule } = cron;
  if (timeZone !== undefined && context.minor < timeZoneMinor)
    context.note(`the time zone ${timeZone} is not known to Kubernetes 1.${context.minor}: it goes by the cluster's`);
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata(objectName(spec.name, cronJobNameLength)) as object,
    spec: {
      schedule,
      ...(timeZone !== undefined && context.minor >= timeZoneMinor ? { timeZone } : {}),
      // A run that is still going is not doubled.
      concurrencyPolicy: 'Forbid',
      jobTemplate: { metadata: { labels: objectLabels(spec) }, spec: job },
    },
  };
}
