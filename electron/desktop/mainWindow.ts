import { BrowserWindow, nativeTheme, screen, shell } from 'electron';
import type { DesktopCommand, ServerState } from '../../shared/contract/bridge.ts';
import { bridgeArguments, bridgeEvents } from '../../shared/contract/bridgeChannels.ts';
import { APP_ORIGIN, APP_URL } from './appProtocol.ts';
import { isWebUrl } from './bridgeHandlers.ts';
import type { JsonFile } from './jsonFile.ts';
import type { MainLog } from './mainLog.ts';
import { revealWindow } from './revealWindow.ts';
import { MIN_SIZE, reachableBounds, type WindowState } from './windowState.ts';

/** Moving a window tells of each pixel; what is written is where it came to rest. */
const SAVE_DELAY_MS = 400;
/** More deaths than this of the page within {@link DEATHS_WINDOW_MS} are no accident: a plain page says so. */
const MAX_DEATHS = 3;
const DEATHS_WINDOW_MS = 60_000;
/** What stands in the window until the page has drawn; the page's own background, so that nothing flashes. */
const BACKGROUND = { light: '#f6f7f9', dark: '#0f1218' };

/** What a {@link MainWindow} works with. */
export interface MainWindowOptions {
  preload: string;
  version: string;
  icon: string;
  stateFile: JsonFile<WindowState>;
  log: MainLog;
  /** The page died again and again; `app://micro/_message` is shown. */
  handleRepeatedDeath: (reason: string) => void;
  /** Whether closing the window may go on; when not, the app asks first. */
  mayClose: () => boolean;
}

/** The one window: a sandboxed page of ours that cannot leave, with bounds that are kept. */
export class MainWindow {
  private window: BrowserWindow | undefined;
  private saveTimer: NodeJS.Timeout | undefined;
  private deaths: number[] = [];
  private pending: DesktopCommand[] = [];
  private loaded = false;

  private state: Promise<WindowState | undefined> | undefined;

  constructor(private readonly options: MainWindowOptions) {}

  /** Reads where the window was, so that {@link open} need not wait for it. */
  prepare(): void {
    this.state ??= this.options.stateFile.readAtStart();
  }

  /** The native window, or undefined when there is none. */
  get native(): BrowserWindow | undefined {
    return this.window && !this.window.isDestroyed() ? this.window : undefined;
  }

  /** Whether the user is looking at it, as far as the system tells. */
  get isInFront(): boolean {
    const window = this.native;
    return window !== undefined && window.isVisible() && !window.isMinimized() && window.isFocused();
  }

  /** Opens the window, or brings it to the front when it is open. */
  async open(): Promise<void> {
    if (this.native) {
      this.bringToFront();
      return;
    }
    this.prepare();
    const state = await this.state;
    this.state = undefined;
    const primary = screen.getPrimaryDisplay();
    const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
    const bounds = reachableBounds(
      state,
      [primary, ...others].map((display) => display.workArea),
    );
    const window = new BrowserWindow({
      ...bounds,
      minWidth: Math.min(MIN_SIZE.width, bounds.width),
      minHeight: Math.min(MIN_SIZE.height, bounds.height),
      show: false,
      title: 'Micro Desktop',
      icon: this.options.icon,
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      autoHideMenuBar: true,
      webPreferences: {
        preload: this.options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        additionalArguments: [bridgeArguments.version + this.options.version],
      },
    });
    this.window = window;
    this.loaded = false;
    this.guard(window);
    this.keepState(window);
    this.surviveDeath(window);
    const show = (): void => {
      if (state?.maximized) window.maximize();
      window.show();
    };
    revealWindow(window, show, this.options.log);
    window.on('close', (event) => {
      if (!this.options.mayClose()) event.preventDefault();
    });
    window.on('closed', () => {
      this.window = undefined;
    });
    window.webContents.on('did-finish-load', () => {
      this.loaded = true;
      for (const command of this.pending.splice(0)) this.send(command);
    });
    await window.loadURL(APP_URL).catch((error: unknown) => this.options.log.error('the page did not load', error));
  }

  /** Un-minimises, shows and focuses the window. */
  bringToFront(): void {
    const window = this.native;
    if (!window) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Tells the page of the server. */
  sendServerState(state: ServerState): void {
    this.native?.webContents.send(bridgeEvents.serverState, state);
  }

  /** Asks the page to go somewhere; kept until the page is there to hear it. */
  send(command: DesktopCommand): void {
    if (this.native && this.loaded) this.native.webContents.send(bridgeEvents.command, command);
    else this.pending.push(command);
  }

  /** Closes the window and waits until its bounds are on disk. */
  async close(): Promise<void> {
    clearTimeout(this.saveTimer);
    const window = this.native;
    if (window) {
      await this.save(window);
      window.destroy();
    }
    await this.options.stateFile.flush();
  }

  private guard(window: BrowserWindow): void {
    const { webContents } = window;
    webContents.setWindowOpenHandler(({ url }) => {
      if (isWebUrl(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
    webContents.on('will-navigate', (event, url) => {
      if (!url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault();
    });
    webContents.on('will-attach-webview', (event) => event.preventDefault());
    webContents.session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
    webContents.session.setPermissionCheckHandler(() => false);
    webContents.session.setDevicePermissionHandler(() => false);
    webContents.on('console-message', (...args: unknown[]) => {
      // Electron 35 and later put everything into the first argument.
      const event = args[0] as { level?: string; message?: string };
      const isError = event.level === 'error' || args[1] === 3;
      if (isError) this.options.log.warn(`page: ${event.message ?? String(args[2])}`);
    });
  }

  private keepState(window: BrowserWindow): void {
    const schedule = (): void => {
      clearTimeout(this.saveTimer);
      this.saveTimer = setTimeout(() => void this.save(window), SAVE_DELAY_MS);
    };
    window.on('resize', schedule);
    window.on('move', schedule);
    window.on('maximize', schedule);
    window.on('unmaximize', schedule);
    window.on('close', () => void this.save(window));
  }

  private async save(window: BrowserWindow): Promise<void> {
    if (window.isDestroyed()) return;
    const { x, y, width, height } = window.getNormalBounds();
    try {
      await this.options.stateFile.write({ x, y, width, height, maximized: window.isMaximized() });
    } catch (error) {
      this.options.log.error('the window position was not kept', error);
    }
  }

  /** The page keeps its state itself, so that loading it again brings it back to where it was. */
  private surviveDeath(window: BrowserWindow): void {
    window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      if (reason === 'clean-exit' || window.isDestroyed()) return;
      const now = Date.now();
      this.loaded = false;
      this.deaths = [...this.deaths.filter((at) => now - at < DEATHS_WINDOW_MS), now];
      const what = `the window's process ended (${reason}, code ${exitCode})`;
      if (this.deaths.length > MAX_DEATHS) {
        this.options.log.error(`${what} ${this.deaths.length} times; showing the plain page`);
        this.deaths = [];
        this.options.handleRepeatedDeath(what);
        void window.loadURL(`${APP_ORIGIN}/_message`);
        return;
      }
      this.options.log.warn(`${what}; loading it again`);
      window.webContents.reload();
    });
    window.on('unresponsive', () => this.options.log.warn('the page does not answer'));
  }
}
