import type { Disposable } from '../base/lifecycle.ts';
import { CORE_KIND, type Registry, type RegistryService } from '../registry/registry.ts';

/** A request that is a call of an endpoint. */
export interface RpcRoute {
  service: string;
  /** `Handler.Method` */
  endpoint: string;
  /** Values that the path gave to parameters. */
  params: Record<string, string>;
  /** Whether the service registered it as a stream. */
  isStream: boolean;
  /** Whether that stream takes a single request, where that is known. */
  takesOne: boolean;
  /** Whether it is one of micro itself. */
  isCore: boolean;
}

/** The path of an endpoint in gRPC: `/greeter.Greeter/Hello`. */
export function endpointPath({ service, endpoint }: Pick<RpcRoute, 'service' | 'endpoint'>): string {
  return `/${service}.${endpoint.replace('.', '/')}`;
}

/** What of a request decides. */
export interface RpcRequest {
  method: string;
  host: string;
  /** With the query. */
  target: string;
}

interface Template {
  service: string;
  endpoint: string;
  pattern: RegExp;
  names: string[];
  methods: Set<string>;
  host: string;
}

/** What is known of a service: its endpoints that are streams, and of which kind (`server`, else empty). */
interface Known {
  streams: Map<string, string>;
  /** Its endpoints, where what is none of them is plain HTTP. */
  only: ReadonlySet<string> | undefined;
  isCore: boolean;
}

/** Endpoints with these handlers are plain HTTP: what comes is passed on. */
const HTTP_HANDLERS = new Set(['http', 'web', 'proxy']);

/**
 * Finds endpoints of services that registered some, by micro's rules: first by the path in an endpoint's metadata, then
 * `/foo` is `Foo.Call`, `/foo/bar` is `Foo.Bar`, `/foo/bar/baz` is `Bar.Baz` of the service foo, `/foo/bar/baz/cat` is
 * `Baz.Cat` of the service foo.bar, and a version in front (`/v1/foo/bar`) belongs to the name: v1.foo. Of a service whose metadata
 * says `http=true`, what is none of its endpoints is plain HTTP.
 */
export class RpcRoutes implements Disposable {
  private templates: Template[] = [];
  private services = new Map<string, Known>();
  /** What names of services begin with, up to the first dot. */
  private begins = new Set<string>();
  private stale = true;
  private readonly subscription: Disposable;

  constructor(private readonly registry: Pick<Registry, 'list' | 'onDidChange'>) {
    this.subscription = registry.onDidChange(() => {
      this.stale = true;
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** The endpoint that a request calls; undefined when it is plain HTTP. */
  find(request: RpcRequest): RpcRoute | undefined {
    if (this.stale) this.read();
    if (this.services.size === 0) return undefined;
    const query = request.target.indexOf('?');
    const path = query < 0 ? request.target : request.target.slice(0, query);
    return this.byTemplate(path, request) ?? this.byRule(path);
  }

  private read(): void {
    this.stale = false;
    this.templates = [];
    this.services = new Map();
    for (const service of this.registry.list()) this.take(service);
    this.begins = new Set([...this.services.keys()].map((name) => name.split('.', 1)[0] as string));
  }

  private take({ name, endpoints, metadata }: RegistryService): void {
    const streams = new Map<string, string>();
    const only = metadata.http === 'true' ? new Set(endpoints.map((endpoint) => endpoint.name)) : undefined;
    for (const endpoint of endpoints) {
      const { path, method, host = '', handler = 'rpc', stream } = endpoint.metadata;
      if (HTTP_HANDLERS.has(handler) || !/^\w+\.\w+$/.test(endpoint.name)) continue;
      this.services.set(name, { streams, only, isCore: metadata.kind === CORE_KIND });
      if (stream !== undefined && stream !== 'false') streams.set(endpoint.name, endpoint.metadata.streams ?? '');
      const compiled = path === undefined ? undefined : compile(path);
      if (!compiled) continue;
      const methods = new Set((method ?? '').split(',').flatMap((one) => one.trim().toUpperCase() || []));
      this.templates.push({ service: name, endpoint: endpoint.name, host, methods, ...compiled });
    }
  }

  private byTemplate(path: string, { method, host }: RpcRequest): RpcRoute | undefined {
    for (const { service, endpoint, pattern, names, methods, host: wanted } of this.templates) {
      if (methods.size > 0 && !methods.has(method)) continue;
      if (wanted !== '' && wanted !== host.replace(/:\d+$/, '')) continue;
      const match = pattern.exec(path);
      if (!match) continue;
      const params = Object.fromEntries(names.map((name, index) => [name, decoded(match[index + 1] ?? '')]));
      return this.routeOf(service, endpoint, params);
    }
    return undefined;
  }

  private routeOf(service: string, endpoint: string, params: Record<string, string>): RpcRoute {
    const { streams, isCore } = this.services.get(service) as Known;
    const kind = streams.get(endpoint);
    return { service, endpoint, params, isStream: kind !== undefined, takesOne: kind === 'server', isCore };
  }

  private byRule(path: string): RpcRoute | undefined {
    // Most requests are for services without endpoints, and asked for thousands of times a second.
    const begin = /^\/*([^/]*)/.exec(path)?.[1] ?? '';
    if (!this.begins.has(begin) && !/^v\d+$/.test(begin)) return undefined;
    const all = path.split('/').filter(Boolean);
    const version = /^v\d+$/.test(all[0] ?? '') ? `${all.shift()}.` : '';
    if (all.length === 0 || all.length > 4) return undefined;
    const [first = '', second = '', third = '', fourth = ''] = all;
    const service = version + (all.length === 4 ? `${first}.${second}` : first);
    if (!this.services.has(service)) return undefined;
    const [handler, method] =
      all.length === 1
        ? [first, 'call']
        : all.length === 2
          ? [first, second]
          : all.length === 3
            ? [second, third]
            : [third, fourth];
    const endpoint = `${camel(handler)}.${camel(method)}`;
    const only = this.services.get(service)?.only;
    return only && !only.has(endpoint) ? undefined : this.routeOf(service, endpoint, {});
  }
}

/** `hello-world` as `HelloWorld`. */
function camel(name: string): string {
  return name.replace(/(?:^|[-_])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** A path of the form `/users/{id}` (or `{rest=**}`), or a regular expression `^…$`; undefined when it is neither. */
function compile(path: string): { pattern: RegExp; names: string[] } | undefined {
  try {
    if (path.startsWith('^')) return { pattern: new RegExp(path), names: [] };
    const names: string[] = [];
    const source = path.split(/(\{[^}]+\})/).map((part) => {
      const match = /^\{([\w.]+)(?:=(.*))?\}$/.exec(part);
      if (!match) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(match[1] as string);
      return match[2] === '**' ? '(.*)' : '([^/]+)';
    });
    return { pattern: new RegExp(`^${source.join('')}/?$`), names };
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
