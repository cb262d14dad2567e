/** What fetches and installs a new version. */
export interface Updater {
  /** The newest version of the feed when it is newer than this one. Rejects when the feed cannot be read. */
  check(): Promise<string | undefined>;
  /** Fetches what {@link check} found and checks its checksum; rejects otherwise, and leaves nothing to install. */
  download(): Promise<void>;
  /** Puts the new version in place and starts it. The app ends on the way. */
  install(): void;
}

/** What {@link Updates} works with. */
export interface UpdatesOptions {
  /** Undefined when no feed is configured: then nothing is ever looked for. */
  updater: (() => Promise<Updater>) | undefined;
  /** Why an update could not be installed here. */
  installProblem: () => Promise<string | undefined>;
  /** Names of services that an installation would end. */
  servicesInTheWay: () => Promise<string[]>;
  /** Tells the user; with a question, resolves with whether the answer was yes. */
  tell: (message: { text: string; detail: string; question?: string }) => Promise<boolean>;
  /** Ends the app in order, services running on. */
  restart: (install: () => void) => Promise<void>;
  log: { info(text: string): void; warn(text: string): void };
}

/** How long after the start the app looks by itself, ms: a start must not wait for a network, nor share its first seconds. */
const FIRST_LOOK_MS = 60_000;
/** And how often after that, ms: once a day. */
const LOOK_MS = 24 * 60 * 60 * 1000;

/**
 * Looks for newer versions, if a feed is configured. What could not be installed is not downloaded, what fails its checksum
 * is not installed, and an installation never ends a running service.
 */
export class Updates {
  private timer: NodeJS.Timeout | undefined;
  private working = false;
  private ready: { version: string; updater: Updater } | undefined;

  constructor(private readonly options: UpdatesOptions) {}

  get isConfigured(): boolean {
    return this.options.updater !== undefined;
  }

  /** Begins to look by itself. */
  start(): void {
    if (this.isConfigured) this.schedule(FIRST_LOOK_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /**
   * Looks now. `asked`: somebody waits for the answer, so that "nothing new" and failures are told as well; else they go
   * to the log.
   */
  async check(asked: boolean): Promise<void> {
    const { updater: load, tell, log } = this.options;
    if (load === undefined || this.working) return;
    this.working = true;
    let version = '';
    try {
      if (this.ready === undefined) {
        const updater = await load();
        const found = await updater.check();
        if (found === undefined) {
          log.info('no newer version');
          if (asked) await tell({ text: 'This is the newest version.', detail: '' });
          return;
        }
        version = found;
        const problem = await this.options.installProblem();
        if (problem !== undefined) {
          log.warn(`version ${version} is there, but ${problem}`);
          await tell({ text: `Version ${version} is there, and cannot be installed by the app.`, detail: problem });
          return;
        }
        log.info(`fetching version ${version}`);
        await updater.download();
        this.ready = { version, updater };
      }
      await this.offer(this.ready);
    } catch (error) {
      const reason = firstLine(error);
      log.warn(`no update${version ? ` to ${version}` : ''}: ${reason}`);
      if (asked || version) {
        const text = version ? `Version ${version} was not installed.` : 'Newer versions could not be looked for.';
        await tell({ text, detail: `${reason}\nNothing was changed, and your services run on.` });
      }
    } finally {
      this.working = false;
    }
  }

  private async offer({ version, updater }: { version: string; updater: Updater }): Promise<void> {
    const { tell, servicesInTheWay, restart, log } = this.options;
    const text = `Version ${version} is ready.`;
    const inTheWay = await servicesInTheWay();
    if (inTheWay.length > 0) {
      const names = inTheWay.length === 1 ? `${inTheWay[0]} runs` : `${inTheWay.length} services run`;
      await tell({ text, detail: `It can be installed when nothing runs; ${names} now. Look for updates again then.` });
      return;
    }
    const detail = 'The app closes and opens again; your services run on meanwhile.';
    if (!(await tell({ text, detail, question: 'Restart and install' }))) return;
    log.info(`installing version ${version}`);
    await restart(() => updater.install());
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      void this.check(false).finally(() => this.schedule(LOOK_MS));
    }, delayMs);
    this.timer.unref();
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';
}
