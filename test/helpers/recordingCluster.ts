import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An API server that knows which kinds there are, has none of them, and notes as RBAC would what is asked for. */
export interface RecordingCluster {
  kubeconfig: string;
  /** `apps/deployments patch`, in the order in which they came first. */
  readonly asked: ReadonlySet<string>;
  /** What lists of a kind answer from now on, by its plural. */
  put(plural: string, items: object[]): void;
  dispose(): Promise<void>;
}

const kinds: Record<string, Record<string, string>> = {
  v1: { ConfigMap: 'configmaps', Secret: 'secrets', Service: 'services', Pod: 'pods' },
  'apps/v1': { Deployment: 'deployments', ReplicaSet: 'replicasets' },
  'batch/v1': { Job: 'jobs', CronJob: 'cronjobs' },
};

export async function recordingCluster(minor: number): Promise<RecordingCluster> {
  const asked = new Set<string>();
  const lists = new Map<string, object[]>();
  const sockets = new Set<Socket>();
  const note = (request: IncomingMessage): string => {
    const url = new URL(request.url ?? '/', 'http://cluster');
    const found = /^\/(?:api|apis\/([^/]+))\/v1\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(
      url.pathname,
    );
    if (!found) return '';
    const [, group = '', plural = '', name, part] = found;
    const isList = name === undefined;
    const verb = {
      GET: isList ? (url.searchParams.get('watch') ? 'watch' : 'list') : 'get',
      PATCH: 'patch',
      POST: 'create',
      DELETE: isList ? 'deletecollection' : 'delete',
    }[request.method ?? ''];
    const resource = part === undefined ? plural : `${plural}/${part}`;
    asked.add(`${group}/${resource} ${verb}`);
    // To apply what is not there is to create it; a command in a pod is one too, for newer clusters.
    if (verb === 'patch' || part === 'exec') asked.add(`${group}/${resource} create`);
    return isList ? plural : '';
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cluster');
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const list = note(request);
    const version = pathname.replace(/^\/apis?\//, '');
    const known = kinds[version];
    if (pathname === '/version') answer(200, { major: '1', minor: String(minor) });
    else if (known)
      answer(200, {
        kind: 'APIResourceList',
        resources: Object.entries(known).map(([kind, name]) => ({ kind, name, namespaced: true, verbs: [] })),
      });
    else if (pathname.endsWith('/log')) response.end();
    // A watch stays open and says nothing.
    else if (searchParams.get('watch')) response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    else if (list !== '' && request.method === 'GET')
      answer(200, { kind: 'List', metadata: { resourceVersion: '1' }, items: lists.get(list) ?? [] });
    else if (request.method === 'GET') answer(404, { kind: 'Status', message: 'not found' });
    else {
      if (request.method === 'DELETE' && list !== '') lists.delete(list);
      answer(200, { kind: 'Status', status: 'Success', metadata: {} });
    }
  });
  server.on('upgrade', (request, socket) => {
    note(request);
    socket.destroy();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'micro-recording-'));
  const kubeconfig = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [
      {
        name: 'here',
        cluster: {
          'insecure-skip-tls-verify': true,
          server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        },
      },
    ],
    users: [{ name: 'here', user: {} }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'here', namespace: 'shop' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return {
    kubeconfig,
    asked,
    put: (plural, items) => void lists.set(plural, items),
    async dispose() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
