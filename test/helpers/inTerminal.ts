import { tmpdir } from 'node:os';
import { PtyLauncher } from '../../electron/server/host/ptyLauncher.ts';
import { shellCode } from '../../electron/cli/runHere.ts';
import { waitFor } from './waitFor.ts';

/** A program in a terminal of its own, as somebody sees it who types. */
export interface InTerminal {
  readonly pid: number;
  /** Everything it wrote so far, with its escape codes. */
  text(): string;
  type(keys: string): void;
  resize(cols: number, rows: number): void;
  /** Resolves when it wrote the text (again) since the last call. */
  sees(text: string): Promise<void>;
  /** Its exit code, 128 and the signal's number when one ended it. */
  readonly ended: Promise<number>;
  /** Sends a signal, if it still runs. */
  kill(signal: NodeJS.Signals): void;
}

/** Where it runs, with which MICRO_HOME, and in how large a terminal. */
export interface InTerminalOptions {
  home: string;
  cwd?: string;
  cols?: number;
  rows?: number;
}

/** Starts a program in a terminal. Whoever starts it waits for its end, or kills it. */
export async function startInTerminal(
  program: string,
  words: readonly string[],
  { home, cwd = tmpdir(), cols = 80, rows = 24 }: InTerminalOptions,
): Promise<InTerminal> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(npm_|VITEST|MICRO_|NO_COLOR|FORCE_COLOR)/.test(entry[0]),
  );
  const launched = await new PtyLauncher().launch({
    argv: [program, ...words],
    cwd,
    env: { ...Object.fromEntries(kept), TERM: 'xterm-256color', MICRO_HOME: home },
    tty: { cols, rows },
  });
  const decoder = new TextDecoder();
  let text = '';
  let seen = 0;
  launched.onDidOutput(({ data }) => (text += decoder.decode(data, { stream: true })));
  return {
    pid: launched.pid,
    text: () => text,
    type: (keys) => launched.write(keys),
    resize: (columns, lines) => launched.resize(columns, lines),
    async sees(wanted) {
      await waitFor(`"${wanted}"`, () => text.includes(wanted, seen)).catch((error: unknown) => {
        throw new Error(`it wrote:\n${text.slice(-4000)}`, { cause: error });
      });
      seen = text.indexOf(wanted, seen) + wanted.length;
    },
    ended: new Promise((resolve) => {
      launched.onDidExit((exit) => resolve(shellCode(exit)));
    }),
    kill(signal) {
      if (!launched.exit) process.kill(launched.pid, signal);
    },
  };
}
