import { type ChildProcess, spawn } from 'node:child_process';
import { bundledCli } from './bundle.ts';

/** A `micro server` of its own, as a process. */
export interface RunningServer {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly proxy: string;
  readonly gateway: string;
  /** Where other machines reach it, with `--listen`. */
  readonly reachable?: { api: string; gateway?: string; fingerprint?: string };
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** What it wrote so far, both streams. */
  output(): string;
  /** SIGTERM, then waits for its end. */
  stop(): Promise<void>;
}

type Ready = Pick<RunningServer, 'gateway' | 'proxy' | 'reachable'>;

/** A server that has not said that it is ready after this is not going to. */
const READY_TIMEOUT_MS = 40_000;

/**
 * Starts `micro server` on free ports with the given MICRO_HOME; resolves once it is ready. `env` is added to the
 * environment, which has nothing of ours in it otherwise.
 */
export async function startServer(
  home: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<RunningServer> {
  const words = [await bundledCli(), 'server', '--home', home, '--gateway', '0', '--proxy', '0', '--json', ...args];
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|MICRO_)/.test(name)));
  const child = spawn(process.execPath, words, { env: { ...kept, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? signal)),
  );
  let output = '';
  const ready = await new Promise<Ready>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`micro server is not ready:\n${output}`)), READY_TIMEOUT_MS);
    const take = (data: Buffer): void => {
      output += data.toString();
      const line = output.split('\n').find((text) => text.includes('"ready"'));
      if (!line) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Ready);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void ended.then((how) => {
      clearTimeout(timer);
      reject(new Error(`micro server ended (${how}):\n${output}`));
    });
  });
  return {
    child,
    pid: child.pid as number,
    ...ready,
    ended,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
