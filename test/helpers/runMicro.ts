import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { runCli } from '../../electron/cli/runCli.ts';

/** What a command line came to. */
export interface MicroResult {
  code: number;
  out: string;
  err: string;
  /** Lines of stdout, without the empty one at the end. */
  lines: string[];
  /** Stdout as one JSON value. */
  json<T = Record<string, unknown>>(): T;
}

/** How {@link runMicro} runs. */
export interface RunMicroOptions {
  home: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Whether both streams are terminals. */
  terminal?: boolean;
  /** Is called with each chunk of stdout and may send a signal. */
  watch?: (out: string, signal: (name: 'SIGINT' | 'SIGTERM') => void) => void;
}

/** Runs one command line of `micro` in this process, with streams and signals of its own. */
export async function runMicro(words: readonly string[], options: RunMicroOptions): Promise<MicroResult> {
  const signals = new EventEmitter();
  let out = '';
  let err = '';
  const stdout = stream(options.terminal === true, (text) => {
    out += text;
    options.watch?.(out, (name) => signals.emit(name));
  });
  const stderr = stream(options.terminal === true, (text) => {
    err += text;
  });
  const code = await runCli({
    words,
    env: { MICRO_HOME: options.home, ...options.env },
    cwd: options.cwd ?? process.cwd(),
    stdin: Object.assign(new PassThrough(), { isTTY: false }),
    stdout,
    stderr,
    process: signals,
  });
  return {
    code,
    out,
    err,
    lines: out === '' ? [] : out.replace(/\n$/, '').split('\n'),
    json: <T>() => JSON.parse(out) as T,
  };
}

function stream(isTerminal: boolean, listener: (text: string) => void): PassThrough & { isTTY: boolean } {
  const through = new PassThrough();
  through.on('data', (data: Buffer) => listener(data.toString()));
  return Object.assign(through, { isTTY: isTerminal });
}
