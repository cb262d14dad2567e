import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import WebSocket from 'ws';
import { processesWith, type SeenProcess } from './processesOf.ts';
import { waitFor } from './waitFor.ts';

/** Where `npm run dist` leaves what it builds. */
export const packagesFolder = fileURLToPath(new URL('../../dist/packages/', import.meta.url));
/** A first start unpacks fonts and builds caches; a loaded machine gets this long for each step. */
const STEP_TIMEOUT_MS = 60_000;
/** Programs that the scripts of the packages use. A user has many more; what matters is that `node` is not among them. */
const PROGRAMS = ['sh', 'bash', 'env', 'dirname', 'readlink', 'uname', 'echo', 'cat', 'ls', 'xdg-mime'];
const MARK = 'PACKAGED_TEST_MARK';

/** A user who has the app and nothing else: an empty home, and a PATH without Node. */
export interface FreshUser {
  home: string;
  env: Record<string, string>;
  /** Every live process that this user started, directly or not. */
  processes(): Promise<SeenProcess[]>;
}

/** Makes such a user in a folder. */
export async function freshUser(folder: string): Promise<FreshUser> {
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  await mkdir(home);
  await mkdir(bin);
  const known = new Set(await readdir('/usr/bin'));
  for (const name of PROGRAMS) if (known.has(name)) await symlink(join('/usr/bin', name), join(bin, name));
  const env = {
    HOME: home,
    PATH: bin,
    // As from a terminal: else the login shell is asked, whose start-up files bring the machine's own PATH back.
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    DISPLAY: process.env['DISPLAY'] ?? '',
    MICRO_GATEWAY_PORT: '0',
    MICRO_PROXY_PORT: '0',
    [MARK]: home,
  };
  return { home, env, processes: () => processesWith(`${MARK}=${home}`) };
}

/** A packaged app that runs, driven through Chromium's own protocol: what is shipped lets no debugger into its main process. */
export interface PackagedApp {
  readonly child: ChildProcess;
  /** Evaluates an expression in the page; waits for promises. */
  evaluate<T>(expression: string): Promise<T>;
  /** Clicks on the first enabled button whose text begins so, once it is there. */
  clickButton(text: string): Promise<void>;
  /** Everything that the app wrote. */
  output(): string;
  /** Asks it to end, as the system does at logout; resolves with its exit code. */
  end(): Promise<number | null>;
}

/** Starts a packaged app. Resolves when its page is there. */
export async function startPackaged(executable: string, user: FreshUser, args: string[] = []): Promise<PackagedApp> {
  const noSandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(executable, [...noSandbox, '--remote-debugging-port=0', ...args], {
    env: user.env,
    cwd: user.home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const address = await waitFor(
    `the app to listen; it wrote: ${output}`,
    () => /DevTools listening on ws:\/\/([^/]+)\//.exec(output)?.[1],
    STEP_TIMEOUT_MS,
  );
  const target = await waitFor(
    'the page',
    async () => {
      const list = (await (await fetch(`http://${address}/json/list`)).json()) as TargetInfo[];
      return list.find(({ type, url }) => type === 'page' && url.startsWith('app://micro/'));
    },
    STEP_TIMEOUT_MS,
  );
  const evaluate = await connect(target.webSocketDebuggerUrl);
  await waitFor(
    'the page to draw',
    () => evaluate<boolean>('document.querySelector("h1, nav") !== null'),
    STEP_TIMEOUT_MS,
  );
  return {
    child,
    evaluate,
    output: () => output,
    clickButton: async (text) => {
      await waitFor(
        `the button ${text}`,
        () =>
          evaluate<boolean>(`(() => {
            const button = [...document.querySelectorAll('button')].find(
              (each) => !each.disabled && each.textContent.trim().startsWith(${JSON.stringify(text)}));
            button?.click();
            return button !== undefined;
          })()`),
        STEP_TIMEOUT_MS,
      );
    },
    end: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

interface TargetInfo {
  type: string;
  url: string;
  webSocketDebuggerUrl: string;
}

interface Answer {
  id: number;
  result?: { result: { value: unknown }; exceptionDetails?: { exception?: { description?: string } } };
}

async function connect(url: string): Promise<<T>(expression: string) => Promise<T>> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let last = 0;
  return async <T>(expression: string): Promise<T> => {
    const id = ++last;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    const params = { expression, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    const { result } = await answered;
    if (result?.exceptionDetails)
      throw new Error(result.exceptionDetails.exception?.description ?? 'failed in the page');
    return result?.result.value as T;
  };
}

/** Runs the packaged `micro` as that user. */
export async function packagedMicro(
  command: string,
  user: FreshUser,
  words: string[],
): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, words, { env: user.env, cwd: user.home });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}
