import type { Etcd3, Watcher } from 'etcd3';
import type { MicroError } from '../../../shared/contract/errors.ts';
import { Deferred } from '../base/async.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { type EngineState, EngineWatch } from './engineState.ts';
import { etcdAwayReason, explainEtcdRefusal, isEtcdRefusal } from './etcdErrors.ts';
import { EtcdSession } from './etcdSession.ts';
import type { EtcdSettings } from './etcdSettings.ts';

/** ms for an answer. */
const ANSWER_MS = 5_000;
/** ms between attempts while etcd is away. */
const RETRY_MS = 1_000;

/**
 * ms before a lease may end in which it has to have been renewed, else etcd counts as away: as long as what runs by the lease is
 * given to stop, so that whoever looks is told why at that moment. The client itself would say so after twice the lease.
 */
const UNSURE_MS = 3_000;
/** ms between looks at that. */
const LOOK_MS = 500;
/** ms for an etcd to take leave of a watch; one that hangs never does. */
const LEAVE_MS = 1_000;

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
    let look: Disposable | undefined;
    const { clock } = this.options;
    try {
      await session.grant();
      look = clock.setInterval(() => {
        if (clock.monotonic() >= session.certainty.until - UNSURE_MS)
          ended.resolve(new Error('it gives no answer, so the lease is not renewed'));
      }, LOOK_MS);
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
      watcher = await this.untilEnded(
        ended,
        client.watch().prefix(this.options.settings.prefix).startRevision(next).create(),
      );
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
    } catch (error) {
      // Before it is taken leave of, which may take its time.
      if (!this.stopping.signal.aborted)
        this.watch.isAway(isBreaker(error) ? this.state.reason || error : etcdAwayReason(error));
      throw error;
    } finally {
      look?.dispose();
      this.current = undefined;
      for (const folder of this.folders) folder.end();
      await this.leave(watcher);
      // Ending in order, its keys go at once; else with the lease, unless the next session has written them anew.
      await session.end(this.stopping.signal.aborted);
    }
  }

  /** What is waited for, unless the session is over before. */
  private async untilEnded(ended: Deferred<unknown>, created: Promise<Watcher>): Promise<Watcher> {
    const over = ended.promise.then((why) => {
      throw (why ?? new Error('the connection is closed')) as Error;
    });
    try {
      return await Promise.race([created, over]);
    } catch (error) {
      created.then((late) => this.leave(late)).catch(() => {});
      throw error;
    } finally {
      over.catch(() => {});
    }
  }

  private async leave(watcher: Watcher | undefined): Promise<void> {
    if (!watcher) return;
    const left = new AbortController();
    const cancelled = watcher.cancel().catch(() => {});
    await Promise.race([cancelled, sleep(this.options.clock, LEAVE_MS, left.signal).catch(() => {})]);
    left.abort();
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
