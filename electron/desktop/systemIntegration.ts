import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import type { ServerFile } from '../server/serverFile.ts';
import { electronUpdater } from './electronUpdater.ts';
import { registerLinks } from './linkHandler.ts';
import type { MainLog } from './mainLog.ts';
import type { MicroCommand } from './microCommand.ts';
import type { Preferences } from './preferences.ts';
import { ownProgram, windowsWord } from './ownProgram.ts';
import { runProgram } from './runProgram.ts';
import { allServices, liveServices } from './serverCalls.ts';
import { setStartAtLogin } from './startAtLogin.ts';
import { StatusTray } from './statusTray.ts';
import { countServices, type TrayActions } from './trayMenu.ts';
import { Updates } from './updates.ts';
import { feedUrl, installProblem } from './updateSource.ts';

/** What a {@link SystemIntegration} works with. */
export interface SystemOptions {
  packaged: boolean;
  icon: string;
  log: MainLog;
  window: () => BrowserWindow | undefined;
  server: () => ServerFile | undefined;
  tray: TrayActions;
  command: MicroCommand;
  /** Ends the app in order while services run on, and calls `last` as its last deed. */
  endForUpdate: (last: () => void) => Promise<void>;
}

/** What the app is to the system around it: tray, links, start at login, the `micro` command, updates. */
export class SystemIntegration {
  private readonly tray: StatusTray;
  private updates: Updates | undefined;
  private readonly program = ownProgram();

  constructor(private readonly options: SystemOptions) {
    const { icon, log, server } = options;
    this.tray = new StatusTray({
      icon,
      log,
      actions: options.tray,
      counts: async () => {
        const found = server();
        if (!found) return undefined;
        return allServices(found).then(countServices, () => undefined);
      },
    });
  }

  /** Whether newer versions can be looked for. */
  get canUpdate(): boolean {
    return this.updates?.isConfigured ?? false;
  }

  /** Applies the user's choices and begins what goes on by itself. */
  async start(preferences: Preferences): Promise<void> {
    this.tray.set(preferences.tray);
    this.updates = await this.createUpdates();
    this.updates.start();
    if (!this.options.packaged) return;
    const { log, command } = this.options;
    void command.follow().catch((error: unknown) => log.warn(`the micro command was not looked at: ${String(error)}`));
    void registerLinks({
      platform: process.platform,
      program: this.program,
      env: process.env,
      home: homedir(),
      setAsDefault: () => app.setAsDefaultProtocolClient('micro', this.program),
      run: runProgram,
      log,
    });
  }

  stop(): void {
    this.tray.set(false);
    this.updates?.stop();
  }

  setTray(wanted: boolean): void {
    this.tray.set(wanted);
  }

  async setStartAtLogin(wanted: boolean): Promise<void> {
    const args = this.options.packaged ? [] : [app.getAppPath()];
    await setStartAtLogin(wanted, {
      platform: process.platform,
      command: [this.program, ...args],
      env: process.env,
      home: homedir(),
      // Windows keeps them as one text, into which Electron puts no quotes.
      setLoginItem: (openAtLogin) =>
        app.setLoginItemSettings({ openAtLogin, path: this.program, args: args.map(windowsWord) }),
    });
  }

  checkForUpdates(): void {
    void this.updates?.check(true);
  }

  /** Makes `micro` a command of the user's terminals, and says what came of it. */
  async installCommand(): Promise<void> {
    const { ok, message } = await this.options.command.install();
    await this.tell({ text: ok ? 'The micro command' : 'The micro command was not installed.', detail: message });
  }

  private async createUpdates(): Promise<Updates> {
    const { log, server } = this.options;
    const feed = feedUrl(process.env['MICRO_UPDATE_FEED'] ?? (await builtInFeed()));
    return new Updates({
      updater: feed === undefined ? undefined : () => electronUpdater(feed, log),
      installProblem: async () =>
        installProblem({
          platform: process.platform,
          appImage: process.env['APPIMAGE'],
          packageType: await packageType(),
          folder: dirname(process.execPath),
        }),
      // The installer of Windows ends everything that runs from the app's folder, the server with its services included.
      servicesInTheWay: async () => {
        const found = server();
        return process.platform === 'win32' && found ? liveServices(found) : [];
      },
      tell: (message) => this.tell(message),
      restart: this.options.endForUpdate,
      log,
    });
  }

  private async tell(message: { text: string; detail: string; question?: string }): Promise<boolean> {
    const options: Electron.MessageBoxOptions = {
      type: message.question === undefined ? 'info' : 'question',
      title: 'Micro Desktop',
      message: message.text,
      detail: message.detail,
      buttons: message.question === undefined ? ['OK'] : [message.question, 'Later'],
      cancelId: message.question === undefined ? 0 : 1,
      noLink: true,
    };
    const window = this.options.window();
    const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options));
    return message.question !== undefined && response === 0;
  }
}

/** The feed that this build was made with; electron-builder leaves it in the app's resources. */
async function builtInFeed(): Promise<string | undefined> {
  const text = await readFile(join(process.resourcesPath, 'app-update.yml'), 'utf8').catch(() => '');
  return /^url: ['"]?([^'"\s]+)/m.exec(text)?.[1];
}

async function packageType(): Promise<string | undefined> {
  const file = join(process.resourcesPath, 'package-type');
  return (await readFile(file, 'utf8').catch(() => undefined))?.trim();
}
