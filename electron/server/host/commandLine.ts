import { MicroError } from '../../../shared/contract/errors.ts';
import { scanPosix, type ShellToken } from './shellTokens.ts';

/** How a `run:` string is started. */
export interface CommandPlan {
  /** Program and arguments, for a Launcher. */
  argv: string[];
  /** True when a shell interprets the command, because it uses what only a shell can do. */
  shell: boolean;
}

/** Commands that exist only inside a shell. `echo`, `test`, `true` and the like are programs as well. */
const BUILTINS = new Set(
  (
    ': . alias bg builtin break cd command continue declare eval exec exit export fg function getopts hash jobs let local ' +
    'popd pushd read readonly return set shift shopt source times trap type typeset ulimit umask unalias unset wait'
  ).split(' '),
);
const RESERVED = new Set(
  '! { } [[ ]] case do done elif else esac fi for if in select then time until while'.split(' '),
);

/** Commands of cmd.exe that are no programs. */
const CMD_BUILTINS = new Set(
  (
    'assoc call cd chdir cls copy date del dir echo endlocal erase exit for ftype goto if md mkdir mklink move path pause ' +
    'popd prompt pushd rd rem ren rename rmdir set setlocal shift start time title type ver verify vol'
  ).split(' '),
);

/**
 * Decides how a command line is started: as a program with arguments when quotes are all it uses, else by a shell. In
 * the shell's text the last command gets `exec` where that changes nothing, so that the shell does not stay between the
 * supervisor and the service (signals, exit codes and memory are then the service's own).
 *
 * Throws `launch.bad-command` for an empty command or a quote that is not closed.
 */
export function planCommand(run: string, platform: NodeJS.Platform = process.platform): CommandPlan {
  if (run.trim() === '') throw badCommand(run, 'the command is empty');
  return platform === 'win32' ? planWindows(run) : planPosix(run);
}

function planPosix(run: string): CommandPlan {
  const { tokens, unclosed } = scanPosix(run.trim());
  if (unclosed) throw badCommand(run, `the quote ${unclosed} is not closed`);
  const first = tokens[0];
  const plain =
    tokens.every((token) => token.type === 'word' && !token.expands) &&
    first?.type === 'word' &&
    !first.assignment &&
    !(BUILTINS.has(first.text) || RESERVED.has(first.text));
  if (plain) return { argv: tokens.map((token) => token.text), shell: false };
  return { argv: ['/bin/sh', '-c', withExec(run.trim(), tokens)], shell: true };
}

/** Puts `exec` before the last command when everything before it is a plain list and nothing must run after it. */
function withExec(run: string, tokens: readonly ShellToken[]): string {
  const segments: ShellToken[][] = [[]];
  for (const token of tokens) {
    if (token.type === 'list') segments.push([]);
    else if (token.type === 'other') return run;
    else segments.at(-1)?.push(token);
  }
  const commands = segments.map(commandWord);
  // A trap must still have a shell to run in, and reserved words make a structure that this does not read.
  if (commands.some((word) => word && !word.quoted && (RESERVED.has(word.text) || word.text === 'trap'))) return run;
  const last = commands.filter((word) => word !== undefined).at(-1);
  if (!last || last !== commands[lastUsed(segments)] || BUILTINS.has(last.text)) return run;
  return `${run.slice(0, last.start)}exec ${run.slice(last.start)}`;
}

function lastUsed(segments: readonly ShellToken[][]): number {
  for (let i = segments.length - 1; i >= 0; i--) if (segments[i]?.length) return i;
  return -1;
}

/** The word that names the program: not an assignment, not the target of a redirection. */
function commandWord(segment: readonly ShellToken[]): (ShellToken & { type: 'word' }) | undefined {
  for (let i = 0; i < segment.length; i++) {
    const token = segment[i];
    if (token?.type === 'redirect') i++;
    else if (token?.type === 'word' && !token.assignment) return token;
  }
  return undefined;
}

function planWindows(run: string): CommandPlan {
  const text = run.trim();
  const { argv, special, unclosed } = splitWindows(text);
  if (unclosed) throw badCommand(run, 'the quote " is not closed');
  if (!special && !CMD_BUILTINS.has((argv[0] ?? '').toLowerCase())) return { argv, shell: false };
  return { argv: ['cmd.exe', '/d', '/s', '/c', text], shell: true };
}

/**
 * Splits a Windows command line by the rules of the C runtime: 2n backslashes before a quote are n backslashes, one more
 * makes the quote a character. `special`: it uses what only cmd.exe does.
 */
export function splitWindows(text: string): { argv: string[]; special: boolean; unclosed: boolean } {
  const argv: string[] = [];
  let word: string | undefined;
  let quoted = false;
  let special = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '\\') {
      let end = i;
      while (text[end] === '\\') end++;
      const count = end - i;
      const beforeQuote = text[end] === '"';
      word = (word ?? '') + '\\'.repeat(beforeQuote ? Math.floor(count / 2) : count);
      i = end - 1;
      if (beforeQuote && count % 2 === 1) {
        word += '"';
        i++;
      }
    } else if (c === '"') {
      if (quoted && text[i + 1] === '"') {
        word = `${word ?? ''}"`;
        i++;
      } else {
        quoted = !quoted;
        word ??= '';
      }
    } else if (!quoted && /\s/.test(c)) {
      if (word !== undefined) argv.push(word);
      word = undefined;
      if (c === '\n') special = true;
    } else {
      if ((!quoted && '&|<>^()'.includes(c)) || (c === '%' && /^%[^%\s]+%/.test(text.slice(i)))) special = true;
      word = (word ?? '') + c;
    }
  }
  if (word !== undefined) argv.push(word);
  return { argv, special, unclosed: quoted };
}

function badCommand(run: string, why: string): MicroError {
  return new MicroError('launch.bad-command', `cannot understand the command \`${run}\`: ${why}`, {
    next: 'Correct `run`.',
    details: { command: run },
  });
}
