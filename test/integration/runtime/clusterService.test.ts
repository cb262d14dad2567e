import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Deployment, V1Job } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { labelsOf, readyPod, shownAs, useStoringCluster } from '../../helpers/clusterFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const made = useStoringCluster();

describe('a cluster that is away', () => {
  test('makes what ran unknown, and is followed again with what happened meanwhile once it is back', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
    cluster.put('pods', readyPod('web'));
    await shownAs(web, /^RUNNING/);
    await cluster.goAway();
    expect(await shownAs(web, /^UNKNOWN/)).toContain('cannot be followed');
    expect(web.message().next).toContain('followed again');
    cluster.put('pods', readyPod('web', 'web-2'));
    await cluster.comeBack();
    await shownAs(web, /^RUNNING/);
    await waitFor('both pods', () => web.message().instances.length === 2);
  });

  test('whose connections break once for a moment changes no status', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
    cluster.put('pods', readyPod('web'));
    await shownAs(web, /^RUNNING/);
    const seen = new Set<number>();
    web.onDidChange(() => seen.add(web.message().status));
    await cluster.goAway();
    await cluster.comeBack();
    await waitFor('its watches', () => cluster.watchCount === 3);
    cluster.put('pods', readyPod('web', 'web-2'));
    await waitFor('both pods', () => web.message().instances.length === 2);
    expect([...seen].filter((status) => status !== Status.RUNNING)).toEqual([]);
  });

  test('keeps what could not be removed as it is, and says so', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
    cluster.put('pods', readyPod('web'));
    await shownAs(web, /^RUNNING/);
    await cluster.goAway();
    await web.stop({ why: 'stopped by you' });
    await shownAs(web, /^UNKNOWN/);
    expect(web.isResting).toBe(false);
    expect(server.notices.join('\n')).toContain('remove web: ');
  });
});

describe('a cluster that refuses', () => {
  test('a right that is missing is named with its verb and resource', async () => {
    const cluster = await made.cluster();
    const message = 'deployments.apps is forbidden: User "dev" cannot patch resource "deployments" in API group "apps"';
    cluster.refuse = ({ method }) => (method === 'PATCH' ? { status: 403, message } : undefined);
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    expect(await shownAs(web, /^ERROR/)).toContain('cannot patch resource "deployments"');
    expect(web.message().next).toContain('rights');
  });

  test('to list pods makes every service unknown, with the right that is missing, until it is given', async () => {
    const cluster = await made.cluster();
    const message = 'pods is forbidden: User "dev" cannot list resource "pods" in API group ""';
    cluster.refuse = ({ plural }) => (plural === 'pods' ? { status: 403, message } : undefined);
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    expect(await shownAs(web, /^UNKNOWN/)).toContain('cannot list resource "pods"');
    cluster.put('pods', readyPod('web'));
    cluster.refuse = () => undefined;
    await shownAs(web, /^RUNNING/);
  });

  test('for a quota or a namespace that is going says that, and not that rights are missing', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    let message = 'services "web" is forbidden: exceeded quota: few, requested: services=1, used: services=1';
    cluster.refuse = ({ method }) => (method === 'PATCH' ? { status: 403, message } : undefined);
    const web = server.unit('web');
    web.start('test');
    await shownAs(web, /^ERROR.*exceeded quota/);
    expect(web.message().next).toContain('quota');
    message = 'unable to create new content in namespace shop because it is being terminated';
    web.start('test');
    await shownAs(web, /^ERROR.*being terminated/);
    expect(web.message().next).toContain('Wait until the namespace is gone');
  });

  test('a field that somebody else owns is said with who that is', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const message = 'Apply failed with 1 conflict: conflict with "argocd" using apps/v1: .spec.replicas';
    cluster.refuse = ({ method }) => (method === 'PATCH' ? { status: 409, message } : undefined);
    const web = server.unit('web');
    web.start('test');
    expect(await shownAs(web, /^ERROR/)).toContain('conflict with "argocd"');
  });

  test('an object of that name that belongs to another service is left to it', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    cluster.put('deployments', { metadata: { name: 'web', namespace: 'shop', labels: labelsOf('other') } });
    const web = server.unit('web');
    web.start('test');
    await shownAs(web, /^ERROR.*belongs to the service other/);
    expect(cluster.requests).not.toContain('PATCH deployments/web');
  });
});

describe('the log-in to a cluster', () => {
  test('that has expired is read again from the kubeconfig', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    cluster.refuse = ({ token }) => (token === 'second' ? undefined : { status: 401, message: 'Unauthorized' });
    const web = server.unit('web');
    web.start('test');
    await shownAs(web, /^ERROR.*Unauthorized/);
    expect(web.message().next).toBe('Log in to the cluster again.');
    await cluster.writeKubeconfig({ token: 'second' });
    web.start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
  });

  test('goes on when its context was removed from the kubeconfig meanwhile', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    await writeFile(cluster.kubeconfig, '{"apiVersion":"v1","kind":"Config"}');
    let isFirst = true;
    cluster.refuse = () => {
      const refusal = isFirst ? { status: 401, message: 'Unauthorized' } : undefined;
      isFirst = false;
      return refusal;
    };
    server.unit('web').start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
  });

  test('by a program of the kubeconfig is done anew after it failed, and its words are said', async () => {
    const cluster = await made.cluster();
    const folder = await tempFolder('log-in');
    const answer = join(folder, 'answer.json');
    const program = join(folder, 'login.mjs');
    await writeFile(
      program,
      `import { readFileSync } from 'node:fs';\ntry { process.stdout.write(readFileSync(${JSON.stringify(answer)})); }\ncatch { console.error('session of the cloud has ended'); process.exit(1); }\n`,
    );
    // It has expired when it is made, so that each request asks for another.
    const status = { token: 'from-program', expirationTimestamp: new Date(0).toISOString() };
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
    await writeFile(answer, JSON.stringify(credential));
    const exec = { apiVersion: credential.apiVersion, command: process.execPath, args: [program] };
    await cluster.writeKubeconfig({ exec });
    cluster.refuse = ({ token }) => (token === 'from-program' ? undefined : { status: 401, message: 'Unauthorized' });
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
    cluster.put('pods', readyPod('web'));
    await shownAs(web, /^RUNNING/);
    const before = await readFile(answer);
    await writeFile(answer, '');
    await cluster.goAway();
    await cluster.comeBack();
    await shownAs(web, /^UNKNOWN/);
    await writeFile(answer, before);
    await shownAs(web, /^RUNNING/);
  });
});

describe('another number of copies', () => {
  test('is of the version that runs, whatever its files and image would be by now', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    const deployment = await waitFor('the Deployment', () => cluster.object<V1Deployment>('deployments', 'web'));
    cluster.put('pods', readyPod('web'));
    await shownAs(web, /^RUNNING/);
    const image = (object: V1Deployment | undefined) => object?.spec?.template.spec?.containers[0]?.image;
    // As a roll-back leaves it.
    const before = JSON.stringify(deployment).replace('"image:1"', '"before:1"');
    cluster.put('deployments', JSON.parse(before) as V1Deployment);
    await web.look();
    web.scale(3);
    const scaled = await waitFor('three', () => {
      const now = cluster.object<V1Deployment>('deployments', 'web');
      return now?.spec?.replicas === 3 ? now : undefined;
    });
    expect(image(scaled)).toBe('before:1');
  });
});

describe('what somebody did in the cluster', () => {
  test('a Deployment that was deleted there is not shown as starting for ever', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
    cluster.put('pods', readyPod('web'));
    await shownAs(web, /^RUNNING/);
    cluster.remove('deployments', 'web');
    cluster.remove('pods', 'web-1');
    await shownAs(web, /^ERROR its Deployment was deleted in the cluster/);
    web.start('test');
    await waitFor('it again', () => cluster.object('deployments', 'web'));
  });
});

describe('a task in a cluster', () => {
  const task = { kind: 'task' };
  const complete = (cluster: Awaited<ReturnType<typeof made.cluster>>): void => {
    const job = cluster.object<V1Job>('jobs', 'seed');
    cluster.put('jobs', { ...job, status: { conditions: [{ type: 'Complete', status: 'True' }] } } as V1Job);
  };
  const applied = ({ requests }: { requests: string[] }): number =>
    requests.filter((request) => request === 'PATCH jobs/seed').length;

  test('that has ended is not run again by a server that is started anew, but by whoever starts it', async () => {
    const cluster = await made.cluster();
    const first = await made.server();
    first.unit('seed', task).start('test');
    await waitFor('its Job', () => cluster.object('jobs', 'seed'));
    complete(cluster);
    await first.close();
    const second = await made.server();
    const seed = second.unit('seed', task);
    seed.resume('the server was started again');
    await shownAs(seed, /^STOPPED completed/);
    expect(seed.condition('completed').state).toBe('met');
    expect(applied(cluster)).toBe(1);
    seed.start('started by you');
    await waitFor('a second run', () => applied(cluster) === 2);
  });

  test('that is declared otherwise by now is run by a server that is started anew', async () => {
    const cluster = await made.cluster();
    const first = await made.server();
    first.unit('seed', task).start('test');
    await waitFor('its Job', () => cluster.object('jobs', 'seed'));
    complete(cluster);
    await first.close();
    const second = await made.server();
    second.unit('seed', { ...task, run: 'node other.mjs' }).resume('the server was started again');
    await waitFor('a second run', () => applied(cluster) === 2);
  });

  test('that has ended is left alone by a change of the config', async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const seed = server.unit('seed', task);
    seed.start('test');
    await waitFor('its Job', () => cluster.object('jobs', 'seed'));
    complete(cluster);
    await shownAs(seed, /^STOPPED completed/);
    seed.followConfig('config greeting changed');
    expect(seed.isResting).toBe(true);
    expect(applied(cluster)).toBe(1);
  });
});

describe('the end of a service in a cluster', () => {
  /** A service whose node takes its time: what is deleted is marked, and stays until it is deleted without grace. */
  const slowlyEnding = async () => {
    const cluster = await made.cluster();
    const server = await made.server();
    const web = server.unit('web');
    web.start('test');
    await waitFor('the Deployment', () => cluster.object('deployments', 'web'));
    const pod = readyPod('web') as { metadata: object; status: object };
    cluster.put('pods', pod);
    await shownAs(web, /^RUNNING/);
    cluster.refuse = ({ method, plural, query }) =>
      method === 'DELETE' && plural === 'pods' && query.get('gracePeriodSeconds') !== '0'
        ? { status: 200, message: '' }
        : undefined;
    const leaving = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date(0).toISOString() } };
    let hasEnded = false;
    const stopped = web.stop({ why: 'stopped by you', handleEnded: () => (hasEnded = true) });
    cluster.put('pods', leaving as object);
    await shownAs(web, /^STOPPING/);
    expect(hasEnded).toBe(false);
    const ended = { restartCount: 0, state: { terminated: { exitCode: 0 } } };
    cluster.put('pods', { ...leaving, status: { phase: 'Running', containerStatuses: [ended] } } as object);
    await waitFor('its end', () => hasEnded);
    return { cluster, web, stopped };
  };

  test('is told when its pods have ended, and is there when they are gone', async () => {
    const { cluster, web, stopped } = await slowlyEnding();
    expect(web.isResting).toBe(false);
    cluster.remove('pods', 'web-1');
    await stopped;
    expect(web.message().reason).toBe('stopped by you');
  });

  test('does not wait for a node that says nothing more of pods that have ended', async () => {
    const { cluster, stopped } = await slowlyEnding();
    await stopped;
    expect(cluster.object('pods', 'web-1')).toBeUndefined();
  });
});
