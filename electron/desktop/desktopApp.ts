import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ZodMiniType } from 'zod/mini';
import { app, nativeTheme, Notification } from 'electron';
import type { RecentProject, ServerState } from '../../shared/contract/bridge.ts';
import type { AppArguments } from './appArguments.ts';
import { listenToApp, listenToLaunches } from './appEvents.ts';
import { AppMenu } from './appMenu.ts';
import { serveApp } from './appProtocol.ts';
import { AppQuit } from './appQuit.ts';
import { handleBridge, pickFolder } from './bridgeHandlers.ts';
import { FirstFiles } from './firstFiles.ts';
import { JsonFile } from './jsonFile.ts';
import { SystemKeychain } from './keychain.ts';
import { KeyHandOver } from './keyHandOver.ts';
import { KeptPreferences } from './keptPreferences.ts';
import { MainLog } from './mainLog.ts';
import { MainWindow } from './mainWindow.ts';
import { messagePage } from './messagePage.ts';
import { MicroCommand } from './microCommand.ts';
import { Notifier } from './notifier.ts';
import { type Preferences, preferencesSchema } from './preferences.ts';
import { ProjectOpener } from './projectOpener.ts';
import { RecentProjects, recentProjectsSchema } from './recentProjects.ts';
import { sampleProject } from './sampleProject.ts';
import { serverCommand } from './serverCommand.ts';
import { SystemIntegration } from './systemIntegration.ts';
import { ServerStarter, startedServerSchema } from './serverStarter.ts';
import { type WindowState, windowStateSchema } from './windowState.ts';

/**
 * Between the loading of the page and its having drawn what the server said, ms, on a slow machine. What the app does for
 * the system around it, some tens of ms of work, is not done meanwhile: the user waits for the page.
 */
const PAGE_DRAWS_MS = 300;

/** What a {@link DesktopApp} is told at its making. */
export interface DesktopAppOptions {
  /** MICRO_HOME, absolute. */
  home: string;
  /** Folder of the app: the checkout, or what was packaged of it. */
  root: string;
  packaged: boolean;
}

/** Puts the parts together: server, window, menu, bridge, and the order in which they end. */
export class DesktopApp {
  private readonly log: MainLog;
  private readonly server: ServerStarter;
  private readonly window: MainWindow;
  private readonly preferences: KeptPreferences;
  private readonly menu: AppMenu;
  private readonly command: MicroCommand;
  private readonly recentProjects: RecentProjects;
  private readonly notifier: Notifier;
  private readonly system: SystemIntegration;
  private readonly pageFolder: string;
  private readonly firstFiles: FirstFiles;
  private readonly projects: ProjectOpener;
  private readonly quit: AppQuit;
  private readonly key: KeyHandOver;
  private deathReason = '';
  private hasStarted = false;
  private hasKeychain = false;

  constructor(private readonly options: DesktopAppOptions) {
    const { home, root, packaged } = options;
    this.pageFolder = join(root, 'dist', 'renderer');
    this.firstFiles = new FirstFiles(this.pageFolder);
    this.log = new MainLog(join(home, 'logs', 'desktop.log'));
    const file = <T>(name: string, schema: ZodMiniType<T>): JsonFile<T> =>
      new JsonFile(join(app.getPath('userData'), name), schema, (text) => this.log.warn(text));
    this.preferences = new KeptPreferences(file('preferences.json', preferencesSchema));
    this.recentProjects = new RecentProjects(file<RecentProject[]>('recent.json', recentProjectsSchema), () => {
      if (this.hasStarted) void this.menu.show();
    });
    this.server = new ServerStarter({
      home,
      startedFile: file('server.json', startedServerSchema),
      command: serverCommand(root, packaged, process.env),
      serverArgs: ['--end-when-idle', '--await-key', ...portArguments(process.env)],
      log: this.log,
      handleState: (state) => this.handleServerState(state),
    });
    this.key = new KeyHandOver({
      keychain: new SystemKeychain(),
      server: () => this.server.connection,
      log: this.log,
    });
    this.window = new MainWindow({
      preload: join(root, 'dist', 'preload.cjs'),
      icon: join(root, 'dist', 'renderer', 'icon.png'),
      version: app.getVersion(),
      stateFile: file<WindowState>('window.json', windowStateSchema),
      log: this.log,
      handleRepeatedDeath: (reason) => {
        this.deathReason = reason;
      },
      mayClose: () => this.quit.mayClose(),
    });
    this.notifier = new Notifier({
      make: (content) =>
        Notification.isSupported()
          ? new Notification({ ...content, icon: join(root, 'dist', 'renderer', 'icon.png') })
          : undefined,
      isInFront: () => this.window.isInFront,
      handleClick: (service, at) => {
        void this.window.open();
        this.window.send({ type: 'show-log', service, at });
      },
    });
    this.command = new MicroCommand({
      packaged,
      resources: process.resourcesPath,
      preferences: this.preferences,
      log: this.log,
    });
    this.system = this.createSystem(join(root, 'dist', 'renderer', 'icon.png'));
    this.projects = new ProjectOpener({
      server: () => this.server.connection,
      recentProjects: this.recentProjects,
      showOpenPage: () => this.window.send({ type: 'open-page', page: 'open' }),
      log: this.log,
    });
    this.menu = new AppMenu({
      home,
      system: this.system,
      command: this.command,
      preferences: this.preferences,
      recentProjects: this.recentProjects,
      open: (folder) => this.follow({ projects: [folder] }),
      chooseFolder: () => void this.chooseFolder(),
      send: (command) => this.window.send(command),
      log: this.log,
    });
    this.quit = new AppQuit({
      home,
      server: this.server,
      window: this.window,
      system: this.system,
      log: this.log,
      preferences: this.preferences,
    });
  }

  /** What the system's own places show of the app, each of which leads to the page. */
  private createSystem(icon: string): SystemIntegration {
    const inPage = (command: string): void => {
      void this.window.open();
      this.window.send({ type: 'run-command', command });
    };
    return new SystemIntegration({
      packaged: this.options.packaged,
      icon,
      log: this.log,
      window: () => this.window.native,
      server: () => this.server.connection,
      tray: {
        open: () => void this.window.open(),
        runAll: () => inPage('run.all'),
        stopAll: () => inPage('stop.all'),
        quit: () => app.quit(),
      },
      command: this.command,
      endForUpdate: (last) => this.quit.endWith(last),
    });
  }

  /**
   * Begins to find or start the server, and to read what the window needs. The server needs as long as the app itself, so
   * this may come before the app is ready.
   */
  prepare(args: AppArguments): void {
    this.log.info(`started: version ${app.getVersion()}, Electron ${process.versions.electron}, pid ${process.pid}`);
    listenToLaunches({
      // In a checkout Electron is told where the app is.
      ownPath: this.options.packaged ? [] : [this.options.root],
      quit: this.quit,
      follow: (words) => this.follow(words),
      openWindow: () => {
        if (this.hasStarted) void this.window.open();
      },
      log: this.log,
    });
    this.follow(args);
    this.server.start();
    this.preferences.startReading();
    this.window.prepare();
    this.firstFiles.start();
  }

  /** Opens the window. Call once the app is ready. */
  async start(): Promise<void> {
    listenToApp({
      quit: this.quit,
      openWindow: () => void this.window.open(),
      handleResume: () => this.server.retry(),
      log: this.log,
    });
    const preferences = await this.preferences.load();
    nativeTheme.themeSource = preferences.theme;
    serveApp(
      this.pageFolder,
      () => messagePage('The window ended several times', `${this.deathReason}. Your services run on.`, this.log.path),
      this.firstFiles,
    );
    handleBridge({
      window: () => this.window.native,
      serverState: () => this.server.state,
      retryServer: () => this.server.retry(),
      recentProjects: this.recentProjects,
      sampleProject: () =>
        this.options.packaged
          ? sampleProject(join(process.resourcesPath, 'examples', 'shop'), join(this.options.home, 'sample', 'shop'))
          : sampleProject(join(this.options.root, 'examples', 'shop'), undefined),
      notify: (notification) => {
        if (this.notifier.show(notification)) this.log.info(`the system shows: ${notification.title}`);
      },
      setTheme: (theme) => this.setTheme(theme),
      command: this.command,
      key: this.key,
      openFolder: (folder) => this.follow({ projects: [folder] }),
      log: this.log,
    });
    await this.window.open();
    this.hasStarted = true;
    // What follows is not done before the page is there: it would only be there later, and no key of the menu could do anything.
    await pause(PAGE_DRAWS_MS);
    if (this.quit.isEnding) return;
    // The keychain may ask its user something: not before the window is there.
    this.hasKeychain = true;
    this.handOverKey();
    await this.system.start(preferences);
    if (this.quit.isEnding) this.system.stop();
    else await this.menu.show();
  }

  /** Does what a command line asks for, now or as soon as the server is there. */
  private follow(args: AppArguments): void {
    if (args.service !== undefined) this.window.send({ type: 'select-service', service: args.service });
    void this.projects.open(args.projects);
  }

  private async chooseFolder(): Promise<void> {
    const folder = await pickFolder(this.window.native);
    if (folder !== undefined) this.follow({ projects: [folder] });
  }

  private handleServerState(state: ServerState): void {
    this.window.sendServerState(state);
    if (state.status !== 'ready') return;
    void this.projects.open([]);
    this.handOverKey();
  }

  private handOverKey(): void {
    const server = this.server.connection;
    if (this.hasKeychain && server) void this.key.welcome(server);
  }

  private async setTheme(theme: Preferences['theme']): Promise<void> {
    nativeTheme.themeSource = theme;
    await this.preferences.change({ theme });
  }
}

/** Ports that were asked for in the environment, e.g. by tests: `MICRO_GATEWAY_PORT`, `MICRO_PROXY_PORT`. */
function portArguments(env: NodeJS.ProcessEnv): string[] {
  const args: string[] = [];
  if (env.MICRO_GATEWAY_PORT) args.push('--gateway', env.MICRO_GATEWAY_PORT);
  if (env.MICRO_PROXY_PORT) args.push('--proxy', env.MICRO_PROXY_PORT);
  return args;
}
