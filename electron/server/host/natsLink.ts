import type { NatsConnection } from '@nats-io/transport-node';
import { sleep, systemClock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { EngineWatch } from './engineState.ts';
import { explainNats, isNatsAway, isNatsRefusal } from './natsErrors.ts';
import type { NatsSettings } from './natsSettings.ts';

/** ms for a connection to come about; one that is begun with a server that is about to end must not hold up the next for long. */
const CONNECT_MS = 2_000;
/** ms for which what is asked while NATS goes away is tried again before it is given up: a restart fits in. */
const PATIENCE_MS = 5_000;
/** ms between attempts: the first, and the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** ms between signs of life, and how many may be missing: a machine that fell silent is noticed in half a minute. */
const PING_MS = 10_000;
const MAX_PING_OUT = 2;

/** What {@link NatsLink} works with. */
export interface NatsLinkOptions {
  settings: NatsSettings;
  watch: EngineWatch;
}

/**
 * The connection of a server to a NATS. It is made with the first use and kept up from then on; what needs it while it is
 * away is tried again for a moment, then fails with `engine.unavailable`, as does everything at once until it is back.
 */
export class NatsLink {
  private readonly reconnects = new Emitter<void>();
  /** The connection is back: what NATS keeps for a connection only has to be made anew. */
  readonly onDidReconnect = this.reconnects.event;
  private current: NatsConnection | undefined;
  private connecting: Promise<NatsConnection> | undefined;
  /** Rejects what waits for an answer that cannot come any more. */
  private readonly waiting = new Set<(error: Error) => void>();
  private isUp = false;
  private hasBeenUp = false;
  private keepingUp = false;
  private isClosed = false;

  constructor(private readonly options: NatsLinkOptions) {}

  /** The connection if it is there. */
  get connection(): NatsConnection | undefined {
    return this.isUp ? this.current : undefined;
  }

  get settings(): NatsSettings {
    return this.options.settings;
  }

  /** Bytes that a message may have, its headers included; NATS' usual limit until it was reached. */
  get maxPayload(): number {
    return this.current?.info?.max_payload ?? 1024 * 1024;
  }

  /**
   * Does something, again when the connection breaks; so it has to be something that does nothing the second time. Rejects
   * with `engine.unavailable`, `engine.refused` or `storage.*`; what was no error of NATS is passed on.
   */
  async run<T>(attempt: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const { watch, settings } = this.options;
    const begunAt = Date.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const connection = this.connection ?? (await this.obtain());
        return await this.untilLost(attempt(connection));
      } catch (error) {
        if (!isNatsAway(error)) throw explainNats(error, settings.shown);
        if (!this.isUp) watch.isAway(error);
        const until = (watch.awaySince ?? Date.now()) + PATIENCE_MS;
        // It is connected, and yet nobody answers: JetStream is off, starting, or cannot write.
        if (this.isUp && (pauseMs >= LONGEST_PAUSE_MS || Date.now() - begunAt >= PATIENCE_MS))
          throw watch.unavailable(`: JetStream gives no answer (${(error as Error).message})`, error);
        if (this.isClosed || (!this.isUp && Date.now() + pauseMs > until)) throw watch.unavailable('', error);
      }
      await sleep(systemClock, pauseMs);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.reconnects.dispose();
    this.lose(new Error('the connection is closed'));
    await this.connecting?.catch(() => {});
    await this.current?.close().catch(() => {});
  }

  /** Not by a race: each would stay with the promise of a loss, which may never come. */
  private untilLost<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }

  private obtain(): Promise<NatsConnection> {
    if (this.isClosed) return Promise.reject(new Error('the connection is closed'));
    // It is made again by itself.
    if (this.current) return Promise.reject(new ConnectionLost());
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  private async connect(): Promise<NatsConnection> {
    const { settings } = this.options;
    const { creds, ...login } = await settings.login();
    // Loaded when it is needed: most servers are alone.
    const { default: nats } = await import('@nats-io/transport-node');
    const { guardNatsSockets } = await import('./natsSockets.ts');
    guardNatsSockets();
    try {
      const connection = await nats.connect({
        ...login,
        ...(creds ? { authenticator: nats.credsAuthenticator(creds) } : {}),
        name: 'micro',
        timeout: CONNECT_MS,
        maxReconnectAttempts: -1,
        reconnectTimeWait: FIRST_PAUSE_MS * 4,
        pingInterval: PING_MS,
        maxPingOut: MAX_PING_OUT,
        noAsyncTraces: true,
      });
      if (this.isClosed) {
        await connection.close();
        throw new Error('the connection is closed');
      }
      this.current = connection;
      this.stand(connection);
      void this.follow(connection);
      return connection;
    } catch (error) {
      if (!isNatsRefusal(error)) this.keepUp();
      throw error;
    }
  }

  private stand(connection: NatsConnection): void {
    const { watch } = this.options;
    this.isUp = true;
    watch.version = connection.info?.version ?? '';
    watch.isBack();
    if (this.hasBeenUp) this.reconnects.fire();
    this.hasBeenUp = true;
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (this.isClosed) return;
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.lose(new ConnectionLost());
      if (status.type === 'reconnect' && this.current === connection) this.stand(connection);
    }
    if (this.isClosed || this.current !== connection) return;
    // It gave up, as when its password was taken away.
    this.lose((await connection.closed()) ?? new ConnectionLost());
    this.current = undefined;
    this.keepUp();
  }

  private lose(error: Error): void {
    if (this.isUp && !this.isClosed) this.options.watch.isAway(error);
    this.isUp = false;
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
  }

  /** The first connection has to be tried for again by us; the client does so only for one that it had. */
  private keepUp(): void {
    if (this.keepingUp || this.isClosed) return;
    this.keepingUp = true;
    void (async () => {
      for (
        let pauseMs = FIRST_PAUSE_MS;
        !this.isClosed && !this.current;
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      ) {
        await sleep(systemClock, pauseMs);
        if (!this.current) await this.obtain().catch((error: unknown) => this.options.watch.isAway(error));
      }
    })().finally(() => {
      this.keepingUp = false;
    });
  }
}

/** What was under way when the connection broke. */
export class ConnectionLost extends Error {
  constructor() {
    super('the connection broke');
    this.name = 'ConnectionLost';
  }
}
