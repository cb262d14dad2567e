import { text } from 'node:stream/consumers';
import type { CliContext } from './context.ts';
import { usageError } from './usageError.ts';

/** Keys that end the typing, or take something back. */
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = new Set(['\u007f', '\b']);

/** A secret: typed at the terminal, where it is not shown, else the first line of standard input. Never from the command line. */
export async function inputSecret(context: CliContext, prompt: string): Promise<string> {
  const secret = context.terminal ? await typed(context, prompt) : (await text(process.stdin)).split(/\r?\n/)[0];
  if (secret) return secret;
  throw usageError('no secret was given', 'type it, or pipe it: micro auth login ID < secret.txt');
}

async function typed(context: CliContext, prompt: string): Promise<string> {
  const terminal = context.terminal as NonNullable<CliContext['terminal']>;
  const restore = await terminal.makeRaw();
  terminal.write(prompt);
  let secret = '';
  let stop: () => void = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = (): void => reject(usageError('no secret was given', 'type it and press enter'));
      stop = terminal.readKeys((bytes) => {
        for (const key of Buffer.from(bytes).toString('utf8')) {
          if (key === '\r' || key === '\n') return resolve();
          if (key === CTRL_C || key === CTRL_D) return cancel();
          secret = BACKSPACE.has(key) ? secret.slice(0, -1) : secret + key;
        }
      }, cancel);
    });
  } finally {
    stop();
    restore();
    terminal.write('\r\n');
  }
  return secret;
}
