import { join } from 'node:path';
import type * as z from 'zod';
import { app, nativeTheme, Notification, powerMonitor, shell } from 'electron';
import type { RecentProject, ServerState } from '../../shared/contract/bridge.ts';
import { type AppArguments, parseAppArguments } from './appArguments.ts';
import { serveApp } from './appProtocol.ts';
import { handleBridge, pickFolder } from './bridgeHandlers.ts';
import { FirstFiles } from './firstFiles.ts';
import { JsonFile } from './jsonFile.ts';
import { MainLog } from './mainLog.ts';
import { MainWindow } from './mainWindow.ts';
import { installMenu } from './menu.ts';
import { messagePage } from './messagePage.ts';
import { Notifier } from './notifier.ts';
import { defaultPreferences, type Preferences, preferencesSchema } from './preferences.ts';
import { askWhatToDo, runningServices, stopServer } from './quitting.ts';
import { RecentProjects, recentProjectsSchema } from './recentProjects.ts';
import { callServer } from './serverCalls.ts';
import { sampleProject } from './sampleProject.ts';
import { serverCommand } from './serverCommand.ts';
import { SystemIntegration } from './systemIntegration.ts';
import { ServerStarter, startedServerSchema } from './serverStarter.ts';
import { type WindowState, windowStateSchema } from './windowState.ts';

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
  private readonly preferencesFile: JsonFile<Preferences>;
  private readonly recentProjects: RecentProjects;
  private readonly notifier: Notifier;
  private readonly system: SystemIntegration;
  private readonly pageFolder: string;
  private readonly firstFiles: FirstFiles;
  private readPreferences: Promise<Preferences | undefined> | undefined;
  private preferences = defaultPreferences;
  private openProjects: string[] = [];
  private quitting: 'no' | 'asking' | 'ending' | 'done' = 'no';
  private deathReason = '';
  private hasStarted = false;

  constructor(private readonly options: DesktopAppOptions) {
    const { home, root, packaged } = options;
    this.pageFolder = join(root, 'dist', 'renderer');
    this.firstFiles = new FirstFiles(this.pageFolder);
    this.log = new MainLog(join(home, 'logs', 'desktop.log'));
    const file = <T>(name: string, schema: z.ZodType<T>): JsonFile<T> =>
      new JsonFile(join(app.getPath('userData'), name), schema, (text) => this.log.warn(text));
    this.preferencesFile = file('preferences.json', preferencesSchema);
    this.recentProjects = new RecentProjects(
      file<RecentProject[]>('recent.json', recentProjectsSchema),
      () => void this.showMenu(),
    );
    this.server = new ServerStarter({
      home,
      startedFile: file('server.json', startedServerSchema),
      command: serverCommand(root, packaged, process.env),
      serverArgs: ['--end-when-idle', ...portArguments(process.env)],
      log: this.log,
      handleState: (state) => this.handleServerState(state),
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
      mayClose: () => this.mayClose(),
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
    this.system = this.createSystem(join(root, 'dist', 'renderer', 'icon.png'));
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
      endForUpdate: async (last) => {
        this.quitting = 'ending';
        await this.end(last);
      },
    });
  }

  /**
   * Begins to find or start the server, and to read what the window needs. The server needs as long as the app itself, so
   * this may come before the app is ready.
   */
  prepare(args: AppArguments): void {
    this.log.info(`started: version ${app.getVersion()}, Electron ${process.versions.electron}, pid ${process.pid}`);
    this.follow(args);
    this.server.start();
    this.readPreferences = this.preferencesFile.read();
    this.window.prepare();
    this.firstFiles.start();
  }

  /** Opens the window. Call once the app is ready. */
  async start(): Promise<void> {
    this.listen();
    this.preferences = (await this.readPreferences) ?? defaultPreferences;
    nativeTheme.themeSource = this.preferences.theme;
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
      openFolder: (folder) => this.follow({ projects: [folder] }),
      log: this.log,
    });
    await this.window.open();
    // Not before the page is there: it would only be there later, and no key of the menu could do anything.
    await this.system.start(this.preferences);
    this.hasStarted = true;
    await this.showMenu();
  }

  /** The menu with what holds now: recent projects, choices. */
  private async showMenu(): Promise<void> {
    if (!this.hasStarted) return;
    const change = (name: 'tray' | 'startAtLogin', apply: (wanted: boolean) => void | Promise<void>) => ({
      isOn: this.preferences[name],
      set: (wanted: boolean) => {
        const failed = (error: unknown): void => this.log.error(`${name} was not changed`, error);
        Promise.resolve(apply(wanted))
          .then(() => this.keep({ [name]: wanted }), failed)
          .catch(failed);
      },
    });
    const recent = await this.recentProjects.list();
    installMenu({
      openFolder: () => void this.openFolder(),
      send: (command) => this.window.send(command),
      quit: () => app.quit(),
      showLogs: () => void shell.openPath(join(this.options.home, 'logs')),
      recent,
      openRecent: (folder) => this.follow({ projects: [folder] }),
      tray: change('tray', (wanted) => this.system.setTray(wanted)),
      startAtLogin: change('startAtLogin', (wanted) => this.system.setStartAtLogin(wanted)),
      checkForUpdates: this.system.canUpdate ? () => this.system.checkForUpdates() : undefined,
      installCommand: this.system.hasCommand ? () => void this.system.installCommand() : undefined,
    });
    this.recentProjects.showToSystem(recent, (folder) => this.follow({ projects: [folder] }));
  }

  private async keep(changed: Partial<Preferences>): Promise<void> {
    this.preferences = { ...this.preferences, ...changed };
    await this.preferencesFile.write(this.preferences);
  }

  private listen(): void {
    app.on('second-instance', (_event, _argv, _cwd, data) => {
      const { words, cwd } = (data ?? {}) as { words?: unknown; cwd?: unknown };
      const given = Array.isArray(words) ? words.filter((word): word is string => typeof word === 'string') : [];
      this.log.info(`a second launch handed over: ${given.join(' ') || 'nothing'}`);
      if (this.quitting === 'ending' || this.quitting === 'done') {
        // The other one has ended already and counts on us; what it was asked for is done by a fresh start.
        const path = this.options.packaged ? [] : [this.options.root];
        app.relaunch({ args: [...electronSwitches(), ...path, ...given] });
        return;
      }
      this.follow(parseAppArguments(given, typeof cwd === 'string' ? cwd : process.cwd()));
      void this.window.open();
    });
    app.on('open-url', (event, url) => {
      event.preventDefault();
      this.follow(parseAppArguments([url], '/'));
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.follow(parseAppArguments([path], '/'));
    });
    app.on('activate', () => void this.window.open());
    app.on('window-all-closed', () => {
      // macOS keeps an app without windows; elsewhere closing the window is quitting, with the same question.
      if (process.platform !== 'darwin' && this.quitting === 'no') app.quit();
    });
    app.on('before-quit', (event) => {
      if (this.quitting === 'done') return;
      event.preventDefault();
      void this.quit('ask');
    });
    app.on('child-process-gone', (_event, { type, reason }) =>
      this.log.warn(`a process of type ${type} ended: ${reason}`),
    );
    // At logout and from a terminal there is nobody to ask.
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => void this.quit('told'));
    powerMonitor.on('resume', () => this.server.retry());
    process.on('uncaughtException', (error) => {
      this.log.error('a fault in the app', error);
      void this.quit('told').then(() => app.exit(1));
    });
    process.on('unhandledRejection', (error) => this.log.error('a fault in the app', error));
  }

  /** Does what a command line asks for, now or as soon as the server is there. */
  private follow(args: AppArguments): void {
    this.openProjects.push(...args.projects);
    if (args.service !== undefined) this.window.send({ type: 'select-service', service: args.service });
    void this.openWaitingProjects();
  }

  private async openWaitingProjects(): Promise<void> {
    const server = this.server.connection;
    if (!server) return;
    for (const folder of this.openProjects.splice(0)) {
      try {
        const opened = (await callServer(server, 'desktop.Desktop/OpenProject', { folder, start: true })) as {
          project?: { name?: string };
        };
        await this.recentProjects.add(opened.project?.name ?? folder, folder);
      } catch (error) {
        this.log.error(`the project ${folder} was not opened`, error);
        this.window.send({ type: 'open-page', page: 'open' });
      }
    }
  }

  private async openFolder(): Promise<void> {
    const folder = await pickFolder(this.window.native);
    if (folder === undefined) return;
    this.openProjects.push(folder);
    await this.openWaitingProjects();
  }

  private handleServerState(state: ServerState): void {
    this.window.sendServerState(state);
    if (state.status === 'ready') void this.openWaitingProjects();
  }

  private async setTheme(theme: Preferences['theme']): Promise<void> {
    nativeTheme.themeSource = theme;
    await this.keep({ theme });
  }

  private mayClose(): boolean {
    if (process.platform === 'darwin' || this.quitting === 'done') return true;
    void this.quit('ask');
    return false;
  }

  /**
   * Ends the app. `ask`: the user did it, and is asked what becomes of running services unless that was remembered.
   * `told`: by the system; what was remembered holds, else everything that this app started is stopped. A server that
   * the app found running is nobody's to stop here, and goes on.
   */
  private async quit(how: 'ask' | 'told'): Promise<void> {
    if (this.quitting === 'ending' || this.quitting === 'done' || (this.quitting === 'asking' && how === 'ask')) return;
    this.quitting = 'asking';
    const server = this.server.connection;
    let stop = this.server.isOwn;
    if (server && stop) {
      const running = await runningServices(server, this.log);
      if (running.length > 0 && this.preferences.onQuit === 'keep') stop = false;
      else if (running.length > 0 && how === 'ask' && this.preferences.onQuit === 'ask') {
        const answer = await askWhatToDo(this.window.native, running);
        // While the question stood, a signal may have answered it.
        if (this.quitting !== 'asking') return;
        if (!answer) {
          this.quitting = 'no';
          return;
        }
        stop = answer.choice === 'stop';
        if (answer.remember) {
          await this.keep({ onQuit: answer.choice }).catch((error: unknown) => this.log.error('not kept', error));
        }
      }
    }
    this.quitting = 'ending';
    await this.end(
      () => app.quit(),
      async () => {
        if (server && stop) await stopServer(this.options.home, server, this.log);
      },
    );
  }

  /** The order in which things end; `last` ends the process. */
  private async end(last: () => void, stopServices: () => Promise<void> = async () => {}): Promise<void> {
    this.server.stop();
    this.system.stop();
    await this.window.close();
    await stopServices();
    await this.preferencesFile.flush();
    this.log.info('ended');
    await this.log.flush();
    this.quitting = 'done';
    last();
  }
}

/** Switches of Chromium that this process was started with and a relaunch needs again. */
function electronSwitches(): string[] {
  return app.commandLine.hasSwitch('no-sandbox') ? ['--no-sandbox'] : [];
}

/** Ports that were asked for in the environment, e.g. by tests: `MICRO_GATEWAY_PORT`, `MICRO_PROXY_PORT`. */
function portArguments(env: NodeJS.ProcessEnv): string[] {
  const args: string[] = [];
  if (env.MICRO_GATEWAY_PORT) args.push('--gateway', env.MICRO_GATEWAY_PORT);
  if (env.MICRO_PROXY_PORT) args.push('--proxy', env.MICRO_PROXY_PORT);
  return args;
}
