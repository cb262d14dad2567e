import type { V1CronJob, V1Deployment, V1Job } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import type { ContainerVariable } from '../../../electron/server/deploy/containerVariables.ts';
import { cronSchedule } from '../../../electron/server/deploy/schedule.ts';
import { serviceObjects } from '../../../electron/server/deploy/serviceObjects.ts';
import { parseManifest } from '../../../electron/server/project/manifestParser.ts';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';

function specOf(service: object): ServiceSpec {
  const manifest = { name: 'shop', services: { catalog: { run: 'node catalog.mjs', ...service } } };
  const result = parseManifest(JSON.stringify(manifest), '/shop', 'micro.yaml', 'linux');
  if (!result.ok) throw new Error(result.problems.map(({ text }) => text).join('\n'));
  return result.manifest.services[0] as ServiceSpec;
}

function objectsOf(service: object, options: { minor?: number; variables?: ContainerVariable[] } = {}) {
  const notes: string[] = [];
  const objects = serviceObjects(specOf(service), {
    image: 'shop/catalog:1',
    variables: options.variables ?? [],
    minor: options.minor ?? 30,
    note: (text) => notes.push(text),
  });
  return { objects, notes };
}

const container = (objects: unknown[]) => (objects.at(-1) as V1Deployment).spec?.template.spec?.containers[0];

describe('a service as Kubernetes objects', () => {
  test('is a Service and a Deployment that is updated without a gap', () => {
    const { objects, notes } = objectsOf({
      port: 'auto',
      ready: { http: '/healthz' },
      replicas: 3,
      resources: { requests: { cpu: 0.25 }, limits: { memory: '64Mi' } },
    });
    expect(notes).toEqual([]);
    expect(objects).toMatchInlineSnapshot(`
      [
        {
          "apiVersion": "v1",
          "kind": "Service",
          "metadata": {
            "labels": {
              "app.kubernetes.io/managed-by": "micro",
              "app.kubernetes.io/name": "catalog",
              "app.kubernetes.io/part-of": "shop",
              "app.kubernetes.io/version": "latest",
            },
            "name": "catalog",
          },
          "spec": {
            "ports": [
              {
                "name": "http",
                "port": 8080,
                "protocol": "TCP",
                "targetPort": 8080,
              },
            ],
            "selector": {
              "app.kubernetes.io/managed-by": "micro",
              "app.kubernetes.io/name": "catalog",
            },
            "type": "ClusterIP",
          },
        },
        {
          "apiVersion": "apps/v1",
          "kind": "Deployment",
          "metadata": {
            "labels": {
              "app.kubernetes.io/managed-by": "micro",
              "app.kubernetes.io/name": "catalog",
              "app.kubernetes.io/part-of": "shop",
              "app.kubernetes.io/version": "latest",
            },
            "name": "catalog",
          },
          "spec": {
            "replicas": 3,
            "revisionHistoryLimit": 10,
            "selector": {
              "matchLabels": {
                "app.kubernetes.io/managed-by": "micro",
                "app.kubernetes.io/name": "catalog",
              },
            },
            "strategy": {
              "rollingUpdate": {
                "maxSurge": 1,
                "maxUnavailable": 0,
              },
              "type": "RollingUpdate",
            },
            "template": {
              "metadata": {
                "labels": {
                  "app.kubernetes.io/managed-by": "micro",
                  "app.kubernetes.io/name": "catalog",
                  "app.kubernetes.io/part-of": "shop",
                  "app.kubernetes.io/version": "latest",
                },
              },
              "spec": {
                "automountServiceAccountToken": false,
                "containers": [
                  {
                    "env": [
                      {
                        "name": "PORT",
                        "value": "8080",
                      },
                      {
                        "name": "MICRO_LISTEN",
                        "value": "0.0.0.0",
                      },
                      {
                        "name": "MICRO_SERVICE_NAME",
                        "value": "catalog",
                      },
                      {
                        "name": "MICRO_SERVICE_VERSION",
                        "value": "latest",
                      },
                      {
                        "name": "MICRO_INSTANCE_ID",
                        "valueFrom": {
                          "fieldRef": {
                            "apiVersion": "v1",
                            "fieldPath": "metadata.name",
                          },
                        },
                      },
                    ],
                    "image": "shop/catalog:1",
                    "lifecycle": {
                      "preStop": {
                        "sleep": {
                          "seconds": 5,
                        },
                      },
                    },
                    "name": "service",
                    "ports": [
                      {
                        "containerPort": 8080,
                        "name": "http",
                        "protocol": "TCP",
                      },
                    ],
                    "readinessProbe": {
                      "httpGet": {
                        "path": "/healthz",
                        "port": 8080,
                      },
                      "periodSeconds": 1,
                      "timeoutSeconds": 2,
                    },
                    "resources": {
                      "limits": {
                        "memory": "64Mi",
                      },
                      "requests": {
                        "cpu": "0.25",
                      },
                    },
                  },
                ],
                "enableServiceLinks": false,
                "terminationGracePeriodSeconds": 15,
              },
            },
          },
        },
      ]
    `);
  });

  test('values of the config and secrets stand in objects of their own, and a change of them starts new pods', () => {
    const variables = (password: string): ContainerVariable[] => [
      { name: 'CURRENCY', value: 'EUR', kind: 'config' },
      { name: 'DB_PASSWORD', value: password, kind: 'secret' },
      { name: 'COLOUR', value: 'a$(b)', kind: 'plain' },
    ];
    const { objects } = objectsOf({}, { variables: variables('one') });
    expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Secret', 'Service', 'Deployment']);
    expect(objects[0]).toMatchObject({ data: { CURRENCY: 'EUR' } });
    expect(objects[1]).toMatchObject({ data: { DB_PASSWORD: Buffer.from('one').toString('base64') } });
    expect(container(objects)?.env).toContainEqual({ name: 'COLOUR', value: 'a$$(b)' });
    expect(JSON.stringify(objects.at(-1))).not.toContain('EUR');
    const annotations = (list: unknown[]) => (list.at(-1) as V1Deployment).spec?.template.metadata?.annotations;
    expect(annotations(objects)).not.toEqual(annotations(objectsOf({}, { variables: variables('two') }).objects));
  });

  test('waits before its end with what the cluster and the image have', () => {
    const preStop = (minor: number, run: string) =>
      container(objectsOf({ run, port: 3000 }, { minor }).objects)?.lifecycle?.preStop;
    expect(preStop(30, 'node a.mjs')).toEqual({ sleep: { seconds: 5 } });
    expect(preStop(20, 'node a.mjs')?.exec?.command?.[0]).toBe('node');
    expect(preStop(20, 'python3 a.py')?.exec?.command?.[0]).toBe('python3');
    expect(preStop(20, './a')?.exec?.command).toEqual(['sleep', '5']);
  });

  test('gets its grace time on top of the wait, and its own command in place of it', () => {
    const stop = { graceMs: 2500, command: 'drain && exit' };
    const { objects } = objectsOf({ port: 3000, stop });
    expect((objects.at(-1) as V1Deployment).spec?.template.spec?.terminationGracePeriodSeconds).toBe(8);
    expect(container(objects)?.lifecycle?.preStop?.exec?.command).toEqual(['sh', '-c', 'drain && exit']);
  });

  test('says what Kubernetes cannot do', () => {
    expect(objectsOf({ stop: { signal: 'SIGINT' }, port: 'none', ready: { log: 'up' } }).notes).toEqual([
      'stop.signal SIGINT is not sent: Kubernetes sends SIGTERM',
      expect.stringContaining('readiness by a line of the log'),
    ]);
  });
});

describe('a task as Kubernetes objects', () => {
  test('is a Job that is tried as often as its restart says', () => {
    const { objects } = objectsOf({ kind: 'task', restart: { policy: 'on-failure', maxInRow: 4 } });
    expect(objects).toHaveLength(1);
    expect((objects[0] as V1Job).spec).toMatchObject({
      backoffLimit: 4,
      template: { spec: { restartPolicy: 'Never' } },
    });
  });

  test('with a schedule is a CronJob that does not double a run', () => {
    const schedule = { cron: '*/5 * * * *', timezone: 'Europe/Paris' };
    const { objects } = objectsOf({ kind: 'task', schedule });
    expect((objects[0] as V1CronJob).spec).toMatchObject({
      schedule: '*/5 * * * *',
      timeZone: 'Europe/Paris',
      concurrencyPolicy: 'Forbid',
    });
    const older = objectsOf({ kind: 'task', schedule }, { minor: 24 });
    expect((older.objects[0] as V1CronJob).spec?.timeZone).toBeUndefined();
    expect(older.notes).toEqual([expect.stringContaining('Europe/Paris')]);
  });

  test.each([
    [60_000, '* * * * *'],
    [300_000, '*/5 * * * *'],
    [7_200_000, '0 */2 * * *'],
    [86_400_000, '0 0 * * *'],
  ])('every %i ms is %s', (everyMs, schedule) => {
    expect(cronSchedule({ everyMs })).toEqual({ schedule });
  });

  test.each([[500], [420_000], [18_000_000]])('every %i ms cannot be said as cron', (everyMs) => {
    expect(cronSchedule({ everyMs })).toHaveProperty('problem');
  });
});
