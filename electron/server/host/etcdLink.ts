import type { Etcd3, Watcher } from 'etcd3';
import type { MicroError } from '../../../shared/contract/errors.ts';
import { Deferred } from '../base/async.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { type EngineState, EngineWatch } from './engineState.ts';
import { explainEtcdRefusal, isEtcdRefusal } from './etcdErrors.ts';
import { EtcdSession } from './etcdSession.ts';
import type { EtcdSettings } from './etcdSettings.ts';

/** ms for an answer. */
const ANSWER_MS = 5_000;
/** ms between attempts while etcd is away. */
const RETRY_MS = 1_000;

/** A folder of the keys of an environment, and who cares for it. Keys are those within the folder. */
export interface EtcdFolder {
  /** Without slashes. */
  readonly name: string;
  /** Everything that is there, at the beginning of each time of being joined. */
  takeAll(entries: ReadonlyMap<string, string>): void;
  put(key: string, text: string): void;
  leave(key: string): void;
  /** After all folders took what is there: writes what this server has to say. A rejection ends the session. */
  begin(session: EtcdSession): Promise<void>;
  /** The session is over: nothing is written by it any more. */
  end(): void;
}

/** What {@link EtcdLink} works with. */
export interface EtcdLinkOptions {
  settings: EtcdSettings;
  clock: Clock;
  handleEngine?: ((state: EngineState) => void) | undefined;
}

/**
 * The connection of a server with the etcd of its environment: one lease, one watch of all keys, and folders that share
 * them. Whenever either is lost, it begins anew with another lease and a picture of everything.
 */
export class EtcdLink {
  private readonly watch: EngineWatch;
  private readonly folders: EtcdFolder[] = [];
  private client: Etcd3 | undefined;
  private current: EtcdSession | undefined;
  private ended = new Deferred<unknown>();
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: EtcdLinkOptions) {
    this.watch = new EngineWatch('registry', 'etcd', options.settings.shown, options.handleEngine);
  }

  /** How etcd is, as far as was seen. */
  get state(): EngineState {
    return this.watch.state;
  }

  /** The time of being joined that is under way; undefined while there is none. */
  get session(): EtcdSession | undefined {
    return this.current;
  }

  /** The error of whoever needs etcd while it is away. */
  unavailable(cause?: unknown): MicroError {
    return this.watch.unavailable('', cause);
  }

  /** To be called before `start`. */
  add(folder: EtcdFolder): void {
    this.folders.push(folder);
  }

  /** Joins. Resolves after the first attempt; when etcd is away it goes on trying. Rejects with `engine.refused`. */
  async start(): Promise<void> {
    const login = await this.options.settings.login();
    // Loaded when it is needed: most servers are alone.
    const { default: etcd } = await import('etcd3');
    this.client = new etcd.Etcd3({
      ...login,
      dialTimeout: ANSWER_MS,
      defaultCallOptions: (call) => (call.isStream ? {} : { deadline: Date.now() + ANSWER_MS }),
    });
    const first = new Deferred<void>();
    this.running = this.run(first);
    await first.promise;
  }

  /** Takes out what this server wrote under its lease, and leaves. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.ended.resolve(undefined);
    await this.running;
    this.client?.close();
  }

  /** What a folder wrote failed: the session ends, and the next one writes everything anew. */
  fail(error: unknown): void {
    this.ended.resolve(error);
  }

  private async run(first: Deferred<void>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.join(first);
      } catch (error) {
        if (!signal.aborted) this.watch.isAway(isBreaker(error) ? this.state.reason || error : error);
        if (isEtcdRefusal(error) && !first.isDone) {
          first.reject(explainEtcdRefusal(error, this.state.address));
          return;
        }
      }
      first.resolve();
      if (!signal.aborted) await sleep(this.options.clock, RETRY_MS, signal).catch(() => {});
    }
  }

  /** One time of being joined: from a lease and a picture of all keys on, until either is lost. */
  private async join(first: Deferred<void>): Promise<void> {
    const client = this.client as Etcd3;
    const ended = new Deferred<unknown>();
    this.ended = ended;
    const session = new EtcdSession(client, this.options.settings.prefix, this.options.clock, (error) =>
      ended.resolve(error),
    );
    let watcher: Watcher | undefined;
    try {
      await session.grant();
      if (this.watch.version === '') this.watch.version = (await client.maintenance.status()).version;
      const all = await client.getAll().prefix(this.options.settings.prefix).exec();
      for (const folder of this.folders) {
        const own = `${this.options.settings.prefix}${folder.name}/`;
        const entries = all.kvs.map(({ key, value }) => [key.toString(), value.toString()] as const);
        folder.takeAll(
          new Map(
            entries.filter(([key]) => key.startsWith(own)).map(([key, text]) => [key.slice(own.length), text] as const),
          ),
        );
      }
      const next = String(BigInt(all.header.revision) + 1n);
      watcher = await client.watch().prefix(this.options.settings.prefix).startRevision(next).create();
      watcher.on('put', (kv) => this.tell(kv.key.toString(), (folder, key) => folder.put(key, kv.value.toString())));
      watcher.on('delete', (kv) => this.tell(kv.key.toString(), (folder, key) => folder.leave(key)));
      // It would go on by itself, but not know what it missed when etcd forgot it in the meantime.
      for (const name of ['disconnected', 'error', 'end'] as const)
        watcher.on(name as 'error', (error: unknown) => ended.resolve(error ?? new Error('etcd ended the watch')));
      this.current = session;
      for (const folder of this.folders) await folder.begin(session);
      this.watch.isBack();
      first.resolve();
      const why = await ended.promise;
      if (why !== undefined) throw why as Error;
    } finally {
      this.current = undefined;
      for (const folder of this.folders) folder.end();
      await watcher?.cancel().catch(() => {});
      // Ending in order, its keys go at once; else with the lease, unless the next session has written them anew.
      await session.end(this.stopping.signal.aborted);
    }
  }

  private tell(path: string, change: (folder: EtcdFolder, key: string) => void): void {
    for (const folder of this.folders) {
      const own = `${this.options.settings.prefix}${folder.name}/`;
      if (path.startsWith(own)) change(folder, path.slice(own.length));
    }
  }
}

/** The client's own pause between attempts; why it pauses was said before. */
function isBreaker(error: unknown): boolean {
  return error instanceof Error && error.message.includes('circuit breaker');
}
