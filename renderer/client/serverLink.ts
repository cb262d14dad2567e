import type { MicroState } from '../../shared/client/stateReducer.ts';
import { watchState } from '../../shared/client/watchState.ts';
import type { Connection, ServerState } from '../../shared/contract/bridge.ts';
import { toMicroError } from '../../shared/contract/errors.ts';
import { setConnection } from './api.ts';
import { chosenEnvironment, isLocal } from './environment.ts';
import { bridge } from './platform.ts';

/** How things stand between the page and the server. */
export type LinkStatus =
  | { status: 'connecting' }
  | { status: 'connected' }
  /** It was there or is being started; a new attempt comes by itself. */
  | { status: 'reconnecting'; reason: string; attempt: number }
  /** No attempt is made any more; `logFile` is where the server wrote why. */
  | { status: 'failed'; reason: string; logFile?: string };

/** Who hears of the server. */
export interface LinkListener {
  handleState(state: MicroState): void;
  handleStatus(status: LinkStatus): void;
}

/** ms to wait before asking the desktop app for a new token after the server refused the one at hand. */
const NEW_TOKEN_DELAY_MS = 500;

/**
 * Keeps the page connected to its server: in the desktop app the one that the app names, in a browser the one that
 * served the page. The state last heard stays until the next snapshot.
 */
export class ServerLink {
  private watching: (Connection & { abort: AbortController }) | undefined;
  private unsubscribe: (() => void) | undefined;
  private attempt = 0;
  private stopped = true;

  constructor(private readonly listener: LinkListener) {}

  /** Begins to connect. */
  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.listener.handleStatus({ status: 'connecting' });
    if (!bridge) {
      this.connect({ url: window.location.origin, token: '' });
      return;
    }
    let heard = false;
    this.unsubscribe = bridge.onDidChangeServerState((state) => {
      heard = true;
      this.handleServerState(state);
    });
    bridge.serverState().then(
      (state) => {
        // A change that came while the question was under way is newer than the answer.
        if (!this.stopped && !heard) this.handleServerState(state);
      },
      (error: unknown) => this.fail(toMicroError(error).message),
    );
  }

  /** Ends the connection; idempotent. */
  stop(): void {
    this.stopped = true;
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    this.disconnect();
  }

  /** Tries again after `failed`. */
  async retry(): Promise<void> {
    this.attempt = 0;
    if (bridge) {
      this.listener.handleStatus({ status: 'connecting' });
      await bridge.retryServer();
      // The server of this machine is well; it is the other one that was given up.
      if (!isLocal) this.handleServerState(await bridge.serverState());
    } else this.connect({ url: window.location.origin, token: '' });
  }

  private handleServerState(state: ServerState): void {
    if (this.stopped) return;
    switch (state.status) {
      case 'starting':
        this.disconnect();
        this.listener.handleStatus({ status: 'connecting' });
        break;
      case 'ready':
        this.attempt = 0;
        this.connect(state.connection);
        break;
      case 'restarting':
        this.disconnect();
        this.listener.handleStatus({ status: 'reconnecting', reason: state.reason, attempt: state.attempt });
        break;
      case 'failed':
        this.disconnect();
        this.listener.handleStatus({ status: 'failed', reason: state.reason, logFile: state.logFile });
        break;
    }
  }

  private disconnect(): void {
    this.watching?.abort.abort();
    this.watching = undefined;
    setConnection(undefined);
  }

  private connect(connection: Connection): void {
    // The app tells of its server and is asked for it, and at a start both answers can come, one after the other.
    if (this.watching?.url === connection.url && this.watching.token === connection.token) return;
    this.disconnect();
    const client = setConnection(connection);
    if (!client) return;
    const watching = { ...connection, abort: new AbortController() };
    this.watching = watching;
    const { signal } = watching.abort;
    watchState(
      client,
      {
        handleState: (state) => {
          if (!signal.aborted) this.listener.handleState(state);
        },
        handleConnection: (change) => {
          if (signal.aborted) return;
          if (change.status === 'connected') {
            this.attempt = 0;
            this.listener.handleStatus({ status: 'connected' });
          } else if (change.status === 'lost') {
            this.attempt += 1;
            this.listener.handleStatus({
              status: 'reconnecting',
              reason: change.error.message,
              attempt: this.attempt,
            });
          }
        },
      },
      signal,
    ).catch((error: unknown) => {
      if (signal.aborted) return;
      this.watching = undefined;
      this.handleRefusal(error);
    });
  }

  private handleRefusal(error: unknown): void {
    const { message, next } = toMicroError(error);
    if (!isLocal) {
      this.fail(`${chosenEnvironment.name}: ${message}${next ? `; ${next}` : ''}`);
      return;
    }
    if (!bridge) {
      this.fail(`${message}. Print a new link with: micro open --browser`);
      return;
    }
    const app = bridge;
    // A server started anew has a new token, which the app knows a moment later.
    this.attempt += 1;
    this.listener.handleStatus({ status: 'reconnecting', reason: message, attempt: this.attempt });
    setTimeout(() => {
      if (this.stopped) return;
      app.serverState().then(
        (state) => this.handleServerState(state),
        (cause: unknown) => this.fail(toMicroError(cause).message),
      );
    }, NEW_TOKEN_DELAY_MS);
  }

  private fail(reason: string): void {
    if (this.stopped) return;
    // The other environments are reached all the same.
    if (isLocal) this.disconnect();
    else {
      this.watching?.abort.abort();
      this.watching = undefined;
    }
    this.listener.handleStatus({ status: 'failed', reason });
  }
}
