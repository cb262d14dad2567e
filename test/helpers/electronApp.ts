import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { ensureBundles } from './bundle.ts';
import { processesWith, type SeenProcess } from './processesOf.ts';
import { waitFor } from './waitFor.ts';

interface RuntimeModule {
  ensureElectron(say: (text: string) => void): Promise<{ executable?: string; version?: string; why: string }>;
  drivenArguments(): string[];
}

/** A window takes well under two seconds; a loaded machine gets this long for each step. */
const STEP_TIMEOUT_MS = 45_000;

/** How long the driver waits to be told of a window before it is asked whether one is there. */
const WINDOW_TIMEOUT_MS = 20_000;

/** Times that the app is launched anew because the driver missed its window; see {@link hasWindow}. */
const MAX_RELAUNCHES = 3;

/**
 * The screen of the tests has no graphics card. Chromium finds that out by a graphics process that dies ("Exiting GPU process
 * due to errors during initialization"), while the page asks it for its first picture; on a loaded machine the page now and
 * then draws nothing afterwards, and the driver waits for its next frame until time is up. Told at once, it begins with what
 * it falls back to: drawing and WebGL by the processor.
 */
const SCREEN_SWITCHES = ['--disable-gpu'];

/** What a launch may bring with it. */
export interface LaunchOptions {
  /** MICRO_HOME of an earlier launch, to come back to it. Default: a new one. */
  home?: string;
  /** The app's own words, e.g. `['--project', folder]`. */
  args?: string[];
  env?: Record<string, string>;
  /** Answer to "stop everything or keep running?". Default: stop. */
  onQuit?: 'ask' | 'stop' | 'keep';
  theme?: 'light' | 'dark';
  /** Extra switches for Chromium, before the app's folder. */
  switches?: string[];
}

/** Part of server.json that tests use. */
export interface ServerAddress {
  pid: number;
  startTime: string;
  proxy: string;
  gateway: string;
  token: string;
}

/** The real app in a real window, with a MICRO_HOME and ports of its own. */
export interface LaunchedApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly home: string;
  /** pid of Electron's main process. */
  readonly pid: number;
  /** What server.json says, once the server is there. */
  server(): Promise<ServerAddress>;
  /** Errors that the page wrote to its console, e.g. refusals of the content security policy. */
  readonly pageErrors: string[];
  /** How the app's process ended, or undefined while it lives. Can be asked when the driver's connection is gone. */
  end(): number | NodeJS.Signals | undefined;
  /** Quits as a user does; resolves when the app's process is gone. Idempotent. */
  quit(): Promise<void>;
  /** Keeps a picture and the logs in test-results/, for the reader of a failed run. */
  keepEvidence(name: string): Promise<void>;
  /** Quits, kills what is left of this MICRO_HOME and deletes it. */
  dispose(): Promise<void>;
}

/** Variable by which all processes of a test are found again. */
const MARK = 'TEST_PROCESS_MARK';

/**
 * Whether the app itself says that it has made its window. The driver holds every new page until it has attached to it,
 * and on a loaded machine it now and then (1 of 20 starts) never lets go: the window is there, hidden, its page loading
 * from nowhere. 50 of 50 starts without the driver, on the same loaded machine, came to a window.
 */
async function hasWindow(app: ElectronApplication): Promise<boolean> {
  const asked = app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length > 0);
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), STEP_TIMEOUT_MS).unref());
  return Promise.race([asked.catch(() => false), late]);
}

async function killApp(app: ElectronApplication): Promise<void> {
  const child = app.process();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await exited;
}

/** Launches the app. Resolves when its page has loaded. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const root = await ensureBundles('desktop', 'node', 'sdk', 'renderer');
  const { executable, switches } = await electronRuntime();
  // Only an Electron that the driver finds by itself is held back until the driver is connected; one that is named starts
  // at once, and then a window may come too early to be seen.
  process.env.ELECTRON_OVERRIDE_DIST_PATH = dirname(executable);
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'micro-e2e-')));
  if (options.home === undefined) await writePreferences(home, options);
  const launch = (): Promise<ElectronApplication> =>
    _electron.launch({
      args: [...switches, ...(options.switches ?? []), root, ...(options.args ?? [])],
      cwd: root,
      env: testEnvironment(home, options.env),
      timeout: STEP_TIMEOUT_MS,
    });
  let app = await launch();
  let output = '';
  const listen = (): void => {
    const { stdout, stderr } = app.process();
    for (const stream of [stdout, stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  };
  listen();
  let page = await app.firstWindow({ timeout: WINDOW_TIMEOUT_MS }).catch(() => undefined);
  for (let again = 0; again < MAX_RELAUNCHES && !page && (await hasWindow(app)); again++) {
    await killApp(app);
    app = await launch();
    listen();
    page = await app.firstWindow({ timeout: WINDOW_TIMEOUT_MS }).catch(() => undefined);
  }
  if (!page) {
    const log = await readFile(join(home, 'logs', 'desktop.log'), 'utf8').catch(() => '');
    const end = app.process().exitCode ?? app.process().signalCode ?? 'none';
    app.process().kill('SIGKILL');
    throw new Error(`the app showed no window; it wrote:\n${output}\nits log:\n${log}\nits end: ${end}`);
  }
  const child = app.process();
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  const pageErrors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') pageErrors.push(message.text());
  });
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.waitForLoadState('domcontentloaded');
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = (): number | NodeJS.Signals | undefined => child.exitCode ?? child.signalCode ?? undefined;
  const launched: LaunchedApp = {
    app,
    page,
    home,
    pid: child.pid as number,
    pageErrors,
    end,
    server: () =>
      waitFor(
        'the server to listen',
        async () => JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as ServerAddress,
        STEP_TIMEOUT_MS,
      ),
    async quit() {
      if (end() !== undefined) return;
      // Quitting from within tears down the connection that carries the call.
      await app.evaluate(({ app: electron }) => electron.quit()).catch(() => {});
      await exited;
    },
    async keepEvidence(name) {
      const folder = join(root, 'test-results', name.replace(/[^\w-]+/g, '-').slice(0, 80));
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: join(folder, 'window.png') }).catch(() => {});
      await writeFile(join(folder, 'main-output.txt'), output);
      await writeFile(join(folder, 'page-errors.txt'), pageErrors.join('\n'));
      for (const log of ['desktop.log', 'server.log']) {
        const text = await readFile(join(home, 'logs', log), 'utf8').catch(() => undefined);
        if (text !== undefined) await writeFile(join(folder, log), text);
      }
    },
    async dispose() {
      await Promise.race([launched.quit(), new Promise((resolve) => setTimeout(resolve, STEP_TIMEOUT_MS))]);
      if (end() === undefined) child.kill('SIGKILL');
      for (const { pid } of await processesOfHome(home)) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself meanwhile.
        }
      }
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  return launched;
}

/** The runtime under test and the switches it needs here. */
export async function electronRuntime(): Promise<{ executable: string; switches: string[]; version: string }> {
  const { ensureElectron, drivenArguments } = (await load('electronRuntime')) as RuntimeModule;
  const found = await ensureElectron(() => {});
  if (found.executable === undefined) throw new Error(`no Electron to test with: ${found.why}`);
  return {
    executable: found.executable,
    switches: [...drivenArguments(), ...SCREEN_SWITCHES],
    version: found.version ?? '',
  };
}

/** Environment of the app under test: nothing of ours in it that could change what it does. */
export function testEnvironment(home: string, extra: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(npm_|VITEST|NODE_ENV$|MICRO_)/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    MICRO_HOME: home,
    // Inherited by everything that is started, so that nothing can hide.
    [MARK]: home,
    MICRO_NODE: process.execPath,
    MICRO_GATEWAY_PORT: '0',
    MICRO_PROXY_PORT: '0',
    ...extra,
  };
}

/** Every live process that was started, directly or not, by apps of this MICRO_HOME. */
export function processesOfHome(home: string): Promise<SeenProcess[]> {
  return processesWith(`${MARK}=${home}`);
}

async function writePreferences(home: string, options: LaunchOptions): Promise<void> {
  await mkdir(join(home, 'desktop'), { recursive: true });
  const preferences = { theme: options.theme ?? 'light', onQuit: options.onQuit ?? 'stop' };
  await writeFile(join(home, 'desktop', 'preferences.json'), JSON.stringify(preferences));
}

async function load(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ new URL(`../../build/lib/${name}.mjs`, import.meta.url).href);
}
