import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { OutputStream } from './output.ts';

/** The parts of stdin that are used. */
export type InputStream = Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };

/** Size of a terminal that does not tell its own: what programs assume. */
const USUAL_SIZE = { cols: 80, rows: 24 } as const;

/** The terminal that the command line runs in, for verbs that show another one in it. */
export interface LocalTerminal {
  readonly size: { cols: number; rows: number };
  /** From now on keys and output are passed on as they are, ctrl-C and line ends included, until the result is called. */
  makeRaw(): Promise<() => void>;
  /** Hands over every key as bytes until the result is called; `handleEnd` when the terminal goes away. */
  readKeys(handleKeys: (bytes: Uint8Array) => void, handleEnd: () => void): () => void;
  /** Calls the listener after each change of the size until the result is called. */
  whenResized(listener: () => void): () => void;
  /** Draws; `drawn` is called when the terminal has taken it. */
  write(data: string | Uint8Array, drawn?: () => void): void;
}

/** The terminal that both streams are; undefined when one of them is something else. */
export function localTerminal(stdin: InputStream, stdout: OutputStream & { rows?: number }): LocalTerminal | undefined {
  if (stdout.isTTY !== true || stdin.isTTY !== true || !stdin.setRawMode) return undefined;
  return {
    get size() {
      return { cols: stdout.columns || USUAL_SIZE.cols, rows: stdout.rows || USUAL_SIZE.rows };
    },
    async makeRaw() {
      stdin.setRawMode?.(true);
      await keepLineEnds();
      return () => void stdin.setRawMode?.(false);
    },
    readKeys(handleKeys, handleEnd) {
      stdin.on('data', handleKeys);
      stdin.on('end', handleEnd);
      stdin.on('error', handleEnd);
      stdin.resume();
      return () => {
        stdin.off('data', handleKeys);
        stdin.off('end', handleEnd);
        stdin.off('error', handleEnd);
        stdin.pause();
      };
    },
    whenResized(listener) {
      stdout.on('resize', listener);
      return () => void stdout.off('resize', listener);
    },
    write(data, drawn) {
      stdout.write(data, () => drawn?.());
    },
  };
}

/**
 * Node's raw mode still makes a line feed a new line, which would tear what full-screen programs draw: to them it is one
 * row down. Leaving raw mode undoes this as well. Without `stty` it stays as it is; Windows does no such thing.
 */
function keepLineEnds(): Promise<void> {
  if (process.platform === 'win32') return Promise.resolve();
  return new Promise((resolve) => {
    const stty = spawn('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
    stty.once('error', () => resolve());
    stty.once('exit', () => resolve());
  });
}
