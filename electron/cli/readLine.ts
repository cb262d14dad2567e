import type { LocalTerminal } from './localTerminal.ts';

/** Keys that end the typing, or take something back. */
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = new Set(['\u007f', '\b']);

/**
 * Asks at the terminal and resolves with the line that is typed; empty when it is cancelled. A secret is not shown and is
 * taken as it is, of anything else the spaces around it are left out.
 */
export async function readLine(
  terminal: LocalTerminal,
  prompt: string,
  { isSecret }: { isSecret: boolean } = { isSecret: false },
): Promise<string> {
  const restore = await terminal.makeRaw();
  terminal.write(prompt);
  let line = '';
  let stop: () => void = () => {};
  try {
    await new Promise<void>((resolve) => {
      const cancel = (): void => {
        line = '';
        resolve();
      };
      stop = terminal.readKeys((bytes) => {
        for (const key of Buffer.from(bytes).toString('utf8')) {
          if (key === '\r' || key === '\n') return resolve();
          if (key === CTRL_C || key === CTRL_D) return cancel();
          if (BACKSPACE.has(key)) {
            if (line !== '' && !isSecret) terminal.write('\b \b');
            line = line.slice(0, -1);
          } else if (key >= ' ') {
            line += key;
            if (!isSecret) terminal.write(key);
          }
        }
      }, cancel);
    });
  } finally {
    stop();
    restore();
    terminal.write('\r\n');
  }
  return isSecret ? line : line.trim();
}
