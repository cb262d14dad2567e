import { access, constants } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { findOnPath } from '../host/launchErrors.ts';

/** What deciding about a shell needs to know of the machine; tests bring their own. */
export interface ShellMachine {
  platform: NodeJS.Platform;
  isExecutable(path: string): Promise<boolean>;
  /** The program's path when it is on PATH. */
  find(program: string, path: string | undefined): Promise<string | undefined>;
}

const realMachine: ShellMachine = {
  platform: process.platform,
  isExecutable: (path) =>
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    ),
  find: findOnPath,
};

/**
 * The shell of a new terminal, with its arguments: the user's own, else what the system always has. On macOS a terminal
 * shell is a login shell, because PATH is made in the login files there; elsewhere it is not.
 */
export async function chooseShell(
  env: Readonly<Record<string, string>>,
  machine: ShellMachine = realMachine,
): Promise<readonly string[]> {
  if (machine.platform === 'win32') return windowsShell(env, machine);
  const own = env['SHELL'] ?? '';
  for (const shell of [own, '/bin/zsh', '/bin/bash', '/bin/sh']) {
    if (!isAbsolute(shell)) continue;
    // zsh is what macOS comes with; elsewhere it would be somebody else's choice.
    if (shell === '/bin/zsh' && shell !== own && machine.platform !== 'darwin') continue;
    if (await machine.isExecutable(shell)) return machine.platform === 'darwin' ? [shell, '-l'] : [shell];
  }
  return ['/bin/sh'];
}

async function windowsShell(env: Readonly<Record<string, string>>, machine: ShellMachine): Promise<readonly string[]> {
  const path = env['Path'] ?? env['PATH'];
  for (const program of ['pwsh.exe', 'powershell.exe']) {
    const found = await machine.find(program, path);
    if (found) return [found, '-NoLogo'];
  }
  return [env['ComSpec'] ?? env['COMSPEC'] ?? 'cmd.exe'];
}

/** What a shell is called in a tab: `bash`, `zsh`, `pwsh`. */
export function shellName(argv: readonly string[]): string {
  return basename((argv[0] ?? '').replaceAll('\\', '/')).replace(/\.exe$/iu, '');
}
