import { stat } from 'node:fs/promises';
import { win32 } from 'node:path';

/** What is handed to the system on Windows. `verbatim`: the arguments are quoted already and must not be quoted again. */
export interface WindowsCommand {
  file: string;
  args: readonly string[];
  verbatim: boolean;
}

/** Extensions that Windows itself tries when PATHEXT is not set. */
const DEFAULT_PATHEXT = '.COM;.EXE;.BAT;.CMD';

/** Characters that cmd.exe gives a meaning to, also inside an argument. */
const CMD_META = /[()\][%!^"`<>&|;, *?]/g;

/**
 * Finds the program of `argv` the way a Windows prompt does: working folder or PATH, each extension of PATHEXT. Batch
 * files (`npm.cmd`) are run by cmd.exe, with every argument escaped so that cmd.exe passes it on unchanged.
 * Undefined when there is no such program.
 */
export async function resolveWindowsCommand(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  isFile: (path: string) => Promise<boolean> = isRegularFile,
): Promise<WindowsCommand | undefined> {
  const [program = '', ...args] = argv;
  const shell = variable(env, 'ComSpec') ?? 'cmd.exe';
  // A command line for the shell, as planCommand makes it: its last argument is text for cmd.exe, not an argument.
  if (/^(.*[\\/])?cmd(\.exe)?$/i.test(program) && args.length === 4 && args[2]?.toLowerCase() === '/c') {
    return { file: shell, args: [...args.slice(0, 3), `"${args[3]}"`], verbatim: true };
  }
  const file = await findWindowsProgram(program, cwd, env, isFile);
  if (!file) return undefined;
  if (!/\.(cmd|bat)$/i.test(file)) return { file, args, verbatim: false };
  const line = [escapeCommand(file), ...args.map((argument) => escapeArgument(argument))].join(' ');
  return { file: shell, args: ['/d', '/s', '/c', `"${line}"`], verbatim: true };
}

/** The full path of a program, or undefined. Names are tried as they are only when they have an extension. */
export async function findWindowsProgram(
  program: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  isFile: (path: string) => Promise<boolean> = isRegularFile,
): Promise<string | undefined> {
  const extensions = (variable(env, 'PATHEXT') ?? DEFAULT_PATHEXT).split(';').filter((e) => e.startsWith('.'));
  const hasFolder = /[\\/]/.test(program);
  const folders = hasFolder ? [cwd] : (variable(env, 'PATH') ?? '').split(';').filter(Boolean);
  const endings = win32.extname(program) === '' ? extensions : ['', ...extensions];
  for (const folder of folders) {
    const base = win32.resolve(cwd, folder.replace(/^"|"$/g, ''), program);
    for (const ending of endings) {
      const file = base + ending.toLowerCase();
      if (await isFile(file)) return file;
    }
  }
  return undefined;
}

/**
 * One argument for a batch file: first quoted for the C runtime (backslashes before a quote doubled), then escaped for
 * cmd.exe twice, because a batch file such as npm's passes `%*` through cmd.exe once more.
 */
export function escapeArgument(argument: string): string {
  const quoted = `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;
  return quoted.replace(CMD_META, '^$&').replace(CMD_META, '^$&');
}

function escapeCommand(file: string): string {
  return file.replace(CMD_META, '^$&');
}

/** Windows does not tell `Path` from `PATH`; our record does. */
function variable(env: Readonly<Record<string, string>>, name: string): string | undefined {
  for (const [key, value] of Object.entries(env)) if (key.toLowerCase() === name.toLowerCase()) return value;
  return undefined;
}

function isRegularFile(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isFile(),
    () => false,
  );
}
