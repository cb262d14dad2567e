import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errorText, type Logger } from '../base/logger.ts';

/** What the guardian of a server is told. */
export type ToGuardian =
  /** These services are this server's for so long, ms; whatever of them runs then is ended, whether the server lives or not. */
  | { type: 'hold'; services: readonly string[]; forMs: number }
  /** The server has ended everything in order. */
  | { type: 'done' };

/**
 * The file of the guardian beside the bundle of the server. Undefined when the server runs from source (in tests): it could
 * not be started from TypeScript.
 */
export function bundledGuardian(): URL | undefined {
  const own = import.meta.url;
  if (!own.endsWith('.mjs')) return undefined;
  return new URL('./guardianWorker.mjs', own.replace('/app.asar/', '/app.asar.unpacked/'));
}

/**
 * A process of its own that outlives the server: services go on when their server is killed, and would run twice once another
 * server starts them. It is told again and again for how long they are this server's, and ends them when that is over.
 */
export class Guardian {
  private child: ChildProcess | undefined;

  constructor(
    private readonly file: URL | undefined,
    private readonly home: string,
    private readonly logger: Logger,
  ) {}

  /** For how long services are ours, ms. */
  hold(services: readonly string[], forMs: number): void {
    if (!this.file || (!this.child && services.length === 0)) return;
    this.child ??= this.start(this.file);
    this.send({ type: 'hold', services, forMs });
  }

  /** Everything was ended in order. */
  stop(): void {
    this.send({ type: 'done' });
    this.child?.disconnect();
    this.child = undefined;
  }

  private start(file: URL): ChildProcess {
    const child = fork(fileURLToPath(file), [this.home], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // The executable of the app is Node only when it is told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
    });
    child.unref();
    child.channel?.unref();
    child.on('error', (error) =>
      this.logger.warn(`the guardian of services could not be started: ${errorText(error)}`),
    );
    child.on('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    return child;
  }

  private send(message: ToGuardian): void {
    if (this.child?.connected) this.child.send(message, () => {});
  }
}
