import type { CliContext } from './context.ts';
import type { ExitCode } from './exitCode.ts';
import { usageError } from './usageError.ts';

/** One word after a verb that has several, as `read` after `micro store`. */
export interface VerbAction<Options> {
  /** Words that it takes, as the usage shows them; `?` after those that may be left out, `...` after one that may come any number of times. */
  takes: readonly string[];
  /** Options of the verb that mean something to it, as commander names them. */
  options: readonly string[];
  run(context: CliContext, args: readonly string[], options: Options): Promise<ExitCode>;
}

/** Options that every verb has. */
const COMMON = new Set(['json', 'quiet', 'home', 'color', 'environment', 'yes']);

/**
 * The action that a command line asks for. Refuses one that does not exist, too few or too many words, and an option that
 * would mean nothing to it: whoever gives one expects something of it.
 */
export function chooseAction<Options>(
  verb: string,
  actions: Readonly<Record<string, VerbAction<Options>>>,
  [name = '', ...words]: readonly string[],
  given: Readonly<Record<string, unknown>>,
): VerbAction<Options> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) {
    throw usageError(`"micro ${verb} ${name}" does not exist`, `there are: ${Object.keys(actions).join(', ')}`);
  }
  const least = action.takes.filter((word) => !/(\?|\.\.\.)$/.test(word)).length;
  const most = action.takes.at(-1)?.endsWith('...') ? Number.POSITIVE_INFINITY : action.takes.length;
  if (words.length < least || words.length > most) {
    const usage = action.takes
      .map((word) => (word.endsWith('?') ? `[${word.slice(0, -1)}]` : word.endsWith('...') ? `[${word}]` : word))
      .join(' ');
    throw usageError(
      `micro ${verb} ${name} takes ${usage === '' ? 'no words' : usage}`,
      `use: micro ${verb} ${name} ${usage}`.trim(),
    );
  }
  const idle = Object.keys(given).find(
    (option) => given[option] !== undefined && !COMMON.has(option) && !action.options.includes(option),
  );
  if (idle === undefined) return action;
  const shown = idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usageError(`--${shown} means nothing to micro ${verb} ${name}`, `see: micro ${verb} --help`);
}
