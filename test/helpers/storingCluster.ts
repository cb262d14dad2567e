import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { tempFolder } from './tempFolder.ts';

/** An answer that is given in place of the real one. */
export interface Refusal {
  status: number;
  message: string;
}

/**
 * An API server that keeps what is applied and tells it to watches, without controllers: tests play their part, and those of
 * a network that is cut, an account without rights and an administrator with a quota.
 */
export class StoringCluster {
  kubeconfig = '';
  /** `PATCH deployments/web`, in the order in which they came. */
  readonly requests: string[] = [];
  /** Refuses what it returns something for. */
  refuse: (request: { method: string; plural: string; token: string; query: URLSearchParams }) => Refusal | undefined =
    () => undefined;
  private readonly objects = new Map<string, KubernetesObject>();
  private readonly watches = new Set<{ plural: string; response: ServerResponse }>();
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;
  private version = 1;

  async start(): Promise<void> {
    await this.listen();
    this.kubeconfig = join(await tempFolder('kubeconfig'), 'config');
    await this.writeKubeconfig({ token: 'first' });
  }

  async writeKubeconfig(user: object): Promise<void> {
    const cluster = { server: `http://127.0.0.1:${this.port}`, 'insecure-skip-tls-verify': true };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      clusters: [{ name: 'here', cluster }],
      users: [{ name: 'here', user }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'here', namespace: 'shop' } }],
    };
    await writeFile(this.kubeconfig, JSON.stringify(config));
  }

  /** Stops answering; every connection breaks. */
  async goAway(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    this.watches.clear();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
  }

  /** Answers again at the same address. */
  async comeBack(): Promise<void> {
    await this.listen();
  }

  get watchCount(): number {
    return this.watches.size;
  }

  object<T extends KubernetesObject>(plural: string, name: string): T | undefined {
    return this.objects.get(`${plural}/${name}`) as T | undefined;
  }

  /** Puts an object there, as a controller would. */
  put(plural: string, object: KubernetesObject): void {
    this.version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
    const key = `${plural}/${object.metadata?.name}`;
    this.tell(plural, this.objects.has(key) ? 'MODIFIED' : 'ADDED', stored);
    this.objects.set(key, stored);
  }

  remove(plural: string, name: string): void {
    const found = this.object(plural, name);
    if (!found) return;
    this.objects.delete(`${plural}/${name}`);
    this.version += 1;
    this.tell(plural, 'DELETED', found);
  }

  private tell(plural: string, type: string, object: KubernetesObject): void {
    for (const watch of this.watches)
      if (watch.plural === plural) watch.response.write(`${JSON.stringify({ type, object })}\n`);
  }

  private async listen(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response));
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cluster');
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const found = /^\/(?:api|apis\/[^/]+)\/v1\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?/.exec(pathname);
    const [, plural = '', name] = found ?? [];
    const { method = '' } = request;
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    this.requests.push(`${method} ${name === undefined ? plural : `${plural}/${name}`}`);
    const refusal = this.refuse({ method, plural, token, query: searchParams });
    if (refusal) return send(refusal.status, { kind: 'Status', message: refusal.message });
    if (pathname === '/version') return send(200, { major: '1', minor: '30' });
    const kinds = KINDS[pathname.replace(/^\/apis?\//, '')];
    if (kinds) return send(200, { kind: 'APIResourceList', resources: kinds });
    if (!found) return send(200, {});
    if (pathname.endsWith('/log')) return void response.end();
    if (method === 'GET' && name !== undefined) {
      const object = this.object(plural, name);
      return object ? send(200, object) : send(404, { kind: 'Status', message: `${plural} "${name}" not found` });
    }
    const selector = searchParams.get('labelSelector') ?? '';
    if (searchParams.get('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      const watch = { plural, response };
      this.watches.add(watch);
      // What was changed while nobody watched is told first, as the version that the watch goes on from asks for.
      const since = Number(searchParams.get('resourceVersion'));
      for (const object of this.list(plural, selector))
        if (Number(object.metadata?.resourceVersion) > since)
          response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
      response.on('close', () => this.watches.delete(watch));
      return;
    }
    if (method === 'GET') {
      const metadata = { resourceVersion: String(this.version) };
      return send(200, { kind: 'List', metadata, items: this.list(plural, selector) });
    }
    if (method === 'DELETE') {
      const names =
        name === undefined ? this.list(plural, selector).map(({ metadata }) => metadata?.name ?? '') : [name];
      for (const one of names) this.remove(plural, one);
      return send(200, { kind: 'Status', status: 'Success' });
    }
    const body = await textOf(request);
    const object = JSON.parse(body) as KubernetesObject;
    this.put(plural, object);
    return send(200, this.object(plural, object.metadata?.name ?? '') ?? {});
  }

  private list(plural: string, selector: string): KubernetesObject[] {
    const wanted = selector
      .split(',')
      .filter(Boolean)
      .map((part) => part.split('='));
    return [...this.objects]
      .filter(([key]) => key.startsWith(`${plural}/`))
      .map(([, object]) => object)
      .filter(({ metadata }) => wanted.every(([key = '', value]) => metadata?.labels?.[key] === value));
  }

  async dispose(): Promise<void> {
    if (this.server) await this.goAway();
  }
}

const kinds = (names: Record<string, string>): object[] =>
  Object.entries(names).map(([kind, name]) => ({ kind, name, namespaced: true, verbs: [] }));
const KINDS: Record<string, object[]> = {
  v1: kinds({ ConfigMap: 'configmaps', Secret: 'secrets', Service: 'services', Pod: 'pods' }),
  'apps/v1': kinds({ Deployment: 'deployments', ReplicaSet: 'replicasets' }),
  'batch/v1': kinds({ Job: 'jobs', CronJob: 'cronjobs' }),
};

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
