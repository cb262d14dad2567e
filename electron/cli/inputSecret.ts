import { text } from 'node:stream/consumers';
import type { CliContext } from './context.ts';
import { readLine } from './readLine.ts';
import { usageError } from './usageError.ts';

/** A secret: typed at the terminal, where it is not shown, else the first line of standard input. Never from the command line. */
export async function inputSecret(context: CliContext, prompt: string): Promise<string> {
  if (context.terminal) {
    const typed = await readLine(context.terminal, prompt, { isSecret: true });
    if (typed !== '') return typed;
    throw usageError('no secret was given', 'type it and press enter');
  }
  const secret = (await text(process.stdin)).split(/\r?\n/)[0];
  if (secret) return secret;
  throw usageError('no secret was given', 'type it, or pipe it: micro auth login ID < secret.txt');
}
