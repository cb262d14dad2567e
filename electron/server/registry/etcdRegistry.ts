import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { EtcdFolder, EtcdLink } from '../host/etcdLink.ts';
import type { EtcdSession } from '../host/etcdSession.ts';
import { decodeEntry, type EtcdEntry, entryKey, serverOfKey } from './etcdEntries.ts';
import { EtcdPublication } from './etcdPublication.ts';
import type { MemoryRegistry } from './memoryRegistry.ts';

/** Addresses that mean another machine on another machine. */
const LOCAL_ADDRESS = /^(127\.|0\.0\.0\.0$|::1?$|localhost$)/;

/** What {@link EtcdRegistry} works with. */
export interface EtcdRegistryOptions {
  link: EtcdLink;
  /** The host at which other servers reach the services of this one. */
  advertise: string;
  /** Names this server among the others; never used twice. */
  server: string;
  local: MemoryRegistry;
  logger: Logger;
}

/**
 * Joins the registries of several servers by an etcd: what is registered here is written there under a lease, and what
 * others wrote is registered here. So reading stays a look into memory; while etcd is away, what was known last holds.
 */
export class EtcdRegistry implements EtcdFolder, Disposable {
  readonly name = 'nodes';
  /** Nodes of other servers that are registered here, by key. */
  private readonly remote = new Map<string, { name: string; id: string }>();
  private readonly remoteIds = new Set<string>();
  /** What is written under the lease of the session. */
  private publication: EtcdPublication | undefined;
  /** The one before, as long as something of it may still be under way. */
  private leaving: Promise<unknown> = Promise.resolve();
  private soon: NodeJS.Immediate | undefined;
  private readonly subscription: Disposable;

  constructor(private readonly options: EtcdRegistryOptions) {
    options.link.add(this);
    this.subscription = options.local.onDidChange(() => this.publishSoon());
  }

  dispose(): void {
    this.subscription.dispose();
    clearImmediate(this.soon);
  }

  async begin(session: EtcdSession): Promise<void> {
    // What an earlier session sent cannot overtake what this one writes.
    await this.leaving;
    this.publication = new EtcdPublication({
      session,
      folder: this.name,
      wanted: () => this.ownEntries(),
    });
    await this.publication.publish();
  }

  end(): void {
    this.leaving = this.publication?.end() ?? this.leaving;
    this.publication = undefined;
  }

  /** Changes of one moment are written together. */
  private publishSoon(): void {
    if (!this.publication || this.soon) return;
    this.soon = setImmediate(() => {
      this.soon = undefined;
      // The next session writes everything anew.
      this.publication?.publish().catch((error: unknown) => this.options.link.fail(error));
    });
  }

  private ownEntries(): Map<string, string> {
    const { local, server } = this.options;
    const entries = new Map<string, string>();
    for (const { nodes, ...service } of local.list()) {
      if (local.isCore(service.name)) continue;
      for (const node of nodes) {
        if (this.remoteIds.has(node.id)) continue;
        const entry: EtcdEntry = { service, node: { ...node, address: this.reachable(node.address) } };
        entries.set(entryKey(server, entry), JSON.stringify(entry));
      }
    }
    return entries;
  }

  private reachable(address: string): string {
    return LOCAL_ADDRESS.test(address) ? this.options.advertise : address;
  }

  takeAll(entries: ReadonlyMap<string, string>): void {
    for (const key of [...this.remote.keys()]) if (!entries.has(key)) this.leave(key);
    for (const [key, text] of entries) this.put(key, text);
  }

  put(key: string, text: string): void {
    const server = serverOfKey(key);
    if (server === this.options.server) return;
    const entry = decodeEntry(text);
    if (!entry) {
      this.options.logger.warn(`the registry has an entry that is none of a node: ${key}`);
      return;
    }
    const { service, node } = entry;
    // Ids are chosen by each server for itself.
    const id = `${node.id}@${server}`;
    this.remote.set(key, { name: service.name, id });
    this.remoteIds.add(id);
    this.options.local.register(service, { ...node, id, metadata: { ...node.metadata, server } });
  }

  leave(key: string): void {
    const known = this.remote.get(key);
    if (!known) return;
    this.remote.delete(key);
    this.options.local.deregister(known.name, known.id);
    this.remoteIds.delete(known.id);
  }
}
