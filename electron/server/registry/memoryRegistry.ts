import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type {
  Registry,
  RegistryChange,
  RegistryDescription,
  RegistryEndpoint,
  RegistryNode,
  RegistryService,
} from './registry.ts';

interface Entry {
  name: string;
  version: string;
  metadata: Record<string, string>;
  endpoints: RegistryEndpoint[];
  nodes: RegistryNode[];
  /** Index in `nodes` of the node whose turn it is. */
  turn: number;
}

/** Descriptions that are kept for nodes, by their ids; the oldest goes first. Each has some KB, and few services describe themselves. */
const MAX_DESCRIPTIONS = 500;

/**
 * The registry of one server, in memory: what is up is found out anew at each start, so nothing is worth keeping.
 * Nodes are kept in the order of their arrival; what it hands out are copies, what it is given is copied.
 */
export class MemoryRegistry implements Registry, Disposable {
  private readonly entries = new Map<string, Entry>();
  /** Services of micro itself. They stand behind those of the user, whose names are free. */
  private knownCore: ReadonlyMap<string, Entry> | undefined = new Map();
  private readCore: () => readonly RegistryService[] = () => [];
  private isTaken: (name: string) => boolean = () => false;
  private readonly descriptions = new Map<string, RegistryDescription>();
  private readonly expiries = new Map<string, Disposable>();
  private readonly changes = new Emitter<RegistryChange>();
  readonly onDidChange = this.changes.event;

  constructor(private readonly clock: Clock) {}

  list(): RegistryService[] {
    const core = [...this.core.values()].filter(({ name }) => !this.entries.has(name));
    return [...this.entries.values(), ...core].map(toService).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): RegistryService | undefined {
    const entry = this.entries.get(name) ?? this.core.get(name);
    return entry && toService(entry);
  }

  isCore(name: string): boolean {
    return this.core.has(name) && !this.entries.has(name) && !this.isTaken(name);
  }

  /**
   * Says which services are part of micro itself; they are read when something is first asked of the registry, because that
   * takes reading the whole contract. They are no change: they are there before anybody listens. `isTaken`: whether the user has a service of this name, running or not;
   * requests to it must wait for it, and not end up with micro.
   */
  setCore(read: () => readonly RegistryService[], isTaken: (name: string) => boolean): void {
    this.readCore = read;
    this.knownCore = undefined;
    this.isTaken = isTaken;
  }

  private get core(): ReadonlyMap<string, Entry> {
    this.knownCore ??= new Map(
      this.readCore().map(({ name, version, metadata, endpoints, nodes }) => [
        name,
        {
          ...{ name, version, turn: 0, metadata: { ...metadata } },
          endpoints: endpoints.map(copyEndpoint),
          nodes: nodes.map(copyNode),
        },
      ]),
    );
    return this.knownCore;
  }

  register(
    service: { name: string; version: string; metadata?: Record<string, string>; endpoints?: RegistryEndpoint[] },
    node: RegistryNode,
    ttlSeconds?: number,
  ): void {
    const known = this.entries.get(service.name);
    const entry: Entry = known ?? { name: service.name, version: '', metadata: {}, endpoints: [], nodes: [], turn: 0 };
    const before = known && JSON.stringify(toService(known));
    entry.version = service.version;
    const said = this.descriptions.get(keyOf(service.name, node.id));
    const metadata = service.metadata ?? said?.metadata;
    const endpoints = service.endpoints ?? said?.endpoints;
    if (metadata) entry.metadata = { ...metadata };
    if (endpoints) entry.endpoints = endpoints.map(copyEndpoint);
    const at = entry.nodes.findIndex((other) => other.id === node.id);
    if (at >= 0) entry.nodes[at] = copyNode(node);
    else entry.nodes.push(copyNode(node));
    this.entries.set(service.name, entry);
    this.setExpiry(service.name, node.id, ttlSeconds);
    const after = toService(entry);
    // A renewal that says nothing new is no change: micro's clients send one every 30 seconds.
    if (before !== JSON.stringify(after)) this.fire(known ? 'update' : 'create', after);
  }

  describe(name: string, nodeId: string, { metadata, endpoints }: RegistryDescription): void {
    const key = keyOf(name, nodeId);
    this.descriptions.delete(key);
    this.descriptions.set(key, { metadata: { ...metadata }, endpoints: endpoints.map(copyEndpoint) });
    if (this.descriptions.size > MAX_DESCRIPTIONS) {
      this.descriptions.delete(this.descriptions.keys().next().value as string);
    }
    const entry = this.entries.get(name);
    const node = entry?.nodes.find(({ id }) => id === nodeId);
    if (entry && node) this.register({ name, version: entry.version }, node);
  }

  deregister(name: string, nodeId: string): void {
    const entry = this.entries.get(name);
    const at = entry?.nodes.findIndex((node) => node.id === nodeId) ?? -1;
    if (!entry || at < 0) return;
    this.setExpiry(name, nodeId, undefined);
    const last = toService(entry);
    entry.nodes.splice(at, 1);
    if (at < entry.turn) entry.turn--;
    if (entry.nodes.length > 0) {
      this.fire('update', toService(entry));
    } else {
      this.entries.delete(name);
      this.fire('delete', last);
    }
  }

  pick(name: string, except?: ReadonlySet<string>): RegistryNode | undefined {
    const entry = this.entries.get(name) ?? (this.isCore(name) ? this.core.get(name) : undefined);
    if (!entry) return undefined;
    const { nodes } = entry;
    for (let step = 0; step < nodes.length; step++) {
      const at = (entry.turn + step) % nodes.length;
      const node = nodes[at] as RegistryNode;
      if (except?.has(node.id)) continue;
      entry.turn = (at + 1) % nodes.length;
      // The caller gets the registry's own object: a copy for every request would only feed the garbage collector,
      // and a changed node is a new object (see register).
      return node;
    }
    return undefined;
  }

  waitForNode(name: string, signal: AbortSignal): Promise<RegistryNode | undefined> {
    const node = this.pick(name);
    if (node || signal.aborted) return Promise.resolve(node);
    return new Promise((resolve) => {
      const end = (result: RegistryNode | undefined): void => {
        subscription.dispose();
        signal.removeEventListener('abort', abort);
        resolve(result);
      };
      const abort = (): void => end(undefined);
      const subscription = this.onDidChange((change) => {
        if (change.service.name !== name || change.action === 'delete') return;
        const found = this.pick(name);
        if (found) end(found);
      });
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  dispose(): void {
    for (const expiry of this.expiries.values()) expiry.dispose();
    this.expiries.clear();
    this.changes.dispose();
  }

  private setExpiry(name: string, nodeId: string, ttlSeconds: number | undefined): void {
    const key = keyOf(name, nodeId);
    this.expiries.get(key)?.dispose();
    this.expiries.delete(key);
    if (ttlSeconds === undefined || ttlSeconds <= 0) return;
    this.expiries.set(
      key,
      this.clock.setTimeout(() => this.deregister(name, nodeId), ttlSeconds * 1000),
    );
  }

  private fire(action: RegistryChange['action'], service: RegistryService): void {
    this.changes.fire({ action, service, at: this.clock.now() });
  }
}

function keyOf(name: string, nodeId: string): string {
  return `${name}\n${nodeId}`;
}

function toService(entry: Entry): RegistryService {
  return {
    name: entry.name,
    version: entry.version,
    metadata: { ...entry.metadata },
    nodes: entry.nodes.map(copyNode),
    endpoints: entry.endpoints.map(copyEndpoint),
  };
}

function copyNode(node: RegistryNode): RegistryNode {
  return { ...node, metadata: { ...node.metadata } };
}

function copyEndpoint(endpoint: RegistryEndpoint): RegistryEndpoint {
  return { ...endpoint, metadata: { ...endpoint.metadata } };
}
