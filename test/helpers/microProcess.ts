import { spawn } from 'node:child_process';
import { bundledCli } from './bundle.ts';

/** What a `micro` process came to. */
export interface MicroProcessResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
  json<T = Record<string, unknown>>(): T;
}

/** How {@link microProcess} runs. */
export interface MicroProcessOptions {
  home: string;
  cwd?: string;
  /** Added to the environment, which has nothing of ours in it otherwise. */
  env?: Readonly<Record<string, string>> | undefined;
  /** What it reads; nothing when absent. */
  input?: string;
  /** Is called with the output so far and may end the process. */
  watch?: (out: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the bundled `micro` as a process of its own, as a user would. */
export async function microProcess(
  words: readonly string[],
  options: MicroProcessOptions,
): Promise<MicroProcessResult> {
  const kept = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|MICRO_|NO_COLOR|FORCE_COLOR)/.test(name)),
  );
  const child = spawn(process.execPath, [await bundledCli(), ...words], {
    env: { ...kept, MICRO_HOME: options.home, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that does not read may be gone by then.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
    options.watch?.(out, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('close', (...how) => resolve(how));
  });
  return { code, signal, out, err, json: <T>() => JSON.parse(out) as T };
}
