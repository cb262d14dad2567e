import type { Etcd3, IKeyValue, Lease, Watcher } from 'etcd3';
import { MicroError } from '../../../shared/contract/errors.ts';
import { Deferred, SerialQueue } from '../base/async.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { parseEngineAddress } from '../host/engineAddress.ts';
import { type EngineState, EngineWatch } from '../host/engineState.ts';
import { decodeEntry, type EtcdEntry, entryKey, serverOfKey } from './etcdEntries.ts';
import type { MemoryRegistry } from './memoryRegistry.ts';

/** Schemes of addresses that this is for; https is etcd over TLS. */
const SCHEMES = ['etcd', 'http', 'https'];
const USUAL_PORT = 2379;
/** Keys of an environment, where the address names no other by its path. */
const USUAL_PREFIX = 'micro';
/** s after which the nodes of a server that died are gone. Less, and a moment of load would take out those of a live one. */
const LEASE_SECONDS = 10;
/** ms for an answer. */
const ANSWER_MS = 5_000;
/** ms between attempts while etcd is away. */
const RETRY_MS = 1_000;
/** Addresses that mean another machine on another machine. */
const LOCAL_ADDRESS = /^(127\.|0\.0\.0\.0$|::1?$|localhost$)/;

/** What {@link EtcdRegistry} works with. */
export interface EtcdRegistryOptions {
  /** `etcd://[user:password@]host[:port][/prefix]`; servers with the same prefix are one environment. */
  address: string;
  /** The host at which other servers reach the services of this one. */
  advertise: string;
  /** Names this server among the others; never used twice. */
  server: string;
  local: MemoryRegistry;
  clock: Clock;
  logger: Logger;
  handleEngine?: (state: EngineState) => void;
}

/**
 * Joins the registries of several servers by an etcd: what is registered here is written there under a lease, and what
 * others wrote is registered here. So reading stays a look into memory; while etcd is away, what was known last holds.
 */
export class EtcdRegistry {
  private readonly watch: EngineWatch;
  private readonly prefix: string;
  private readonly writes = new SerialQueue();
  /** Nodes of other servers that are registered here, by key. */
  private readonly remote = new Map<string, { name: string; id: string }>();
  private readonly remoteIds = new Set<string>();
  /** What is written under the lease, by key. */
  private published = new Map<string, string>();
  private client: Etcd3 | undefined;
  private lease: Lease | undefined;
  private ended = new Deferred<unknown>();
  private subscription: Disposable | undefined;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  /** Throws `engine.invalid-address`. */
  constructor(private readonly options: EtcdRegistryOptions) {
    const { url, shown } = parseEngineAddress(options.address, SCHEMES);
    const path = url.pathname.replace(/^\/+|\/+$/g, '') || USUAL_PREFIX;
    this.prefix = `/${path}/nodes/`;
    this.watch = new EngineWatch('registry', 'etcd', shown, options.handleEngine);
  }

  /** How etcd is, as far as was seen. */
  get state(): EngineState {
    return this.watch.state;
  }

  /** Joins. Resolves after the first attempt; when etcd is away it goes on trying. Rejects with `engine.refused`. */
  async start(): Promise<void> {
    const { url } = parseEngineAddress(this.options.address, SCHEMES);
    // Loaded when it is needed: most servers are alone.
    const { default: etcd } = await import('etcd3');
    const scheme = url.protocol === 'https:' ? 'https' : 'http';
    this.client = new etcd.Etcd3({
      hosts: `${scheme}://${url.hostname}:${url.port || USUAL_PORT}`,
      dialTimeout: ANSWER_MS,
      ...(url.username === ''
        ? {}
        : { auth: { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } }),
      defaultCallOptions: (call) => (call.isStream ? {} : { deadline: Date.now() + ANSWER_MS }),
    });
    this.subscription = this.options.local.onDidChange(() => this.publishSoon());
    const first = new Deferred<void>();
    this.running = this.run(first);
    await first.promise;
  }

  /** Takes out what this server wrote, and leaves. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.subscription?.dispose();
    this.ended.resolve(undefined);
    await this.running;
    this.client?.close();
  }

  private async run(first: Deferred<void>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.session(first);
      } catch (error) {
        if (!signal.aborted) this.watch.isAway(error);
        if (isRefusal(error) && !first.isDone) {
          first.reject(
            new MicroError('engine.refused', `the registry at ${this.state.address} refuses: ${errorText(error)}`, {
              next: 'See that user and password are right.',
              cause: error,
            }),
          );
          return;
        }
      }
      first.resolve();
      if (!signal.aborted) await sleep(this.options.clock, RETRY_MS, signal).catch(() => {});
    }
  }

  /** One time of being joined: from a lease and a picture of all nodes on, until either is lost. */
  private async session(first: Deferred<void>): Promise<void> {
    const client = this.client as Etcd3;
    const ended = new Deferred<unknown>();
    this.ended = ended;
    const lease = client.lease(LEASE_SECONDS);
    lease.on('lost', (error) => ended.resolve(error));
    let watcher: Watcher | undefined;
    try {
      await lease.grant();
      if (this.watch.version === '') this.watch.version = (await client.maintenance.status()).version;
      const all = await client.getAll().prefix(this.prefix).exec();
      this.takeAll(all.kvs);
      const next = String(BigInt(all.header.revision) + 1n);
      watcher = await client.watch().prefix(this.prefix).startRevision(next).create();
      watcher.on('put', (kv) => this.take(kv));
      watcher.on('delete', (kv) => this.leave(kv.key.toString()));
      // It would go on by itself, but not know what it missed when etcd forgot it in the meantime.
      for (const name of ['disconnected', 'error', 'end'] as const)
        watcher.on(name as 'error', (error: unknown) => ended.resolve(error ?? new Error('etcd ended the watch')));
      this.lease = lease;
      this.published = new Map();
      await this.writes.run(() => this.publish());
      this.watch.isBack();
      first.resolve();
      const why = await ended.promise;
      if (why !== undefined) throw why as Error;
    } finally {
      this.lease = undefined;
      await watcher?.cancel().catch(() => {});
      // Ending in order, its nodes go at once; else with the lease, unless the next session has written them anew.
      if (this.stopping.signal.aborted) await lease.revoke().catch(() => {});
      else lease.release();
    }
  }

  private publishSoon(): void {
    this.writes
      .run(() => this.publish())
      .catch((error: unknown) => {
        // The next session writes everything anew.
        this.ended.resolve(error);
      });
  }

  /** Writes what is new of this server's nodes, and takes out what is gone. */
  private async publish(): Promise<void> {
    const { lease, client, published } = this;
    if (!lease || !client) return;
    const wanted = this.ownEntries();
    for (const [key, text] of wanted) {
      if (published.get(key) === text) continue;
      await lease.put(key).value(text).exec();
      published.set(key, text);
    }
    for (const key of [...published.keys()]) {
      if (wanted.has(key)) continue;
      await client.delete().key(key).exec();
      published.delete(key);
    }
  }

  private ownEntries(): Map<string, string> {
    const { local, server } = this.options;
    const entries = new Map<string, string>();
    for (const { nodes, ...service } of local.list()) {
      if (local.isCore(service.name)) continue;
      for (const node of nodes) {
        if (this.remoteIds.has(node.id)) continue;
        const entry: EtcdEntry = { service, node: { ...node, address: this.reachable(node.address) } };
        entries.set(entryKey(this.prefix, server, entry), JSON.stringify(entry));
      }
    }
    return entries;
  }

  private reachable(address: string): string {
    return LOCAL_ADDRESS.test(address) ? this.options.advertise : address;
  }

  private takeAll(kvs: readonly IKeyValue[]): void {
    const keys = new Set(kvs.map(({ key }) => key.toString()));
    for (const key of [...this.remote.keys()]) if (!keys.has(key)) this.leave(key);
    for (const kv of kvs) this.take(kv);
  }

  private take({ key: bytes, value }: IKeyValue): void {
    const key = bytes.toString();
    const server = serverOfKey(this.prefix, key);
    if (server === this.options.server) return;
    const entry = decodeEntry(value.toString());
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

  private leave(key: string): void {
    const known = this.remote.get(key);
    if (!known) return;
    this.remote.delete(key);
    this.options.local.deregister(known.name, known.id);
    this.remoteIds.delete(known.id);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && /Auth|Permission|InvalidAuthToken|UserEmpty/i.test(error.constructor.name);
}
