import type { MicroServer } from '../server/index.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import type { ServerConsole } from './serverConsole.ts';

/** Signals that ask the server to stop: ctrl-C, a service manager, and a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs one server and says what happens in it. */
export class ServerHost {
  private stopping: Promise<void> | undefined;
  private finish: (code: ExitCode) => void = () => {};

  constructor(
    private readonly server: MicroServer,
    private readonly console: ServerConsole,
    private readonly showsLink: boolean,
  ) {}

  async run(): Promise<ExitCode> {
    const { server, console } = this;
    const ended = new Promise<ExitCode>((resolve) => {
      this.finish = resolve;
    });
    const subscriptions = [
      server.onDidEvent((event) => console.addEvent(event)),
      server.onDidNotice((notice) => console.addNotice(notice)),
      server.onDidReload((reload) => console.addReload(reload)),
      server.onDidRequestShutdown(() => this.stop('asked by a client')),
    ];
    const handleSignal = (signal: NodeJS.Signals): void => this.stop(signal);
    for (const signal of STOP_SIGNALS) process.on(signal, handleSignal);
    try {
      const ready = await server.start();
      if (!this.stopping) console.ready(ready, this.showsLink ? server.uiLink() : undefined);
      return await ended;
    } catch (error) {
      await server.stop();
      throw error;
    } finally {
      for (const signal of STOP_SIGNALS) process.removeListener(signal, handleSignal);
      for (const subscription of subscriptions) subscription.dispose();
    }
  }

  /** The first time in order; the second time at once. */
  private stop(why: string): void {
    const { server, console } = this;
    if (this.stopping) {
      console.warn(`${why} again: ending everything at once`);
      server.forceStop().then(
        () => this.finish(exitCode.failed),
        () => this.finish(exitCode.failed),
      );
      return;
    }
    console.say(`stopping (${why}); once more ends everything at once`);
    this.stopping = server
      .stop((event) => console.addEvent(event))
      .then(
        () => {
          console.say('stopped');
          this.finish(exitCode.fine);
        },
        (error: unknown) => {
          console.fail(error);
          this.finish(exitCode.failed);
        },
      );
  }
}
