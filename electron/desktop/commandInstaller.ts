import { lstat, mkdir, readlink, rename, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** What {@link installCommand} works with. */
export interface CommandOptions {
  platform: NodeJS.Platform;
  /** The packaged `micro`. */
  command: string;
  home: string;
  path: string;
  /** Runs a program to its end; rejects when it fails. */
  run: (program: string, args: string[]) => Promise<void>;
}

/**
 * Makes `micro` a command of the user's terminals: a link in ~/.local/bin, on Windows the folder of the command in the
 * user's PATH. Resolves with what was done, as a sentence; rejects with what stands in the way. Nothing of others is
 * replaced.
 */
export async function installCommand({ platform, command, home, path, run }: CommandOptions): Promise<string> {
  if (platform === 'win32') {
    const folder = dirname(command);
    if (path.split(delimiter).includes(folder)) return `micro is a command already (${folder} is on PATH).`;
    // The registry keeps the user's part; the process has it mixed with the system's.
    const script =
      "$p=[Environment]::GetEnvironmentVariable('Path','User'); if (($p -split ';') -notcontains $args[0]) " +
      "{ [Environment]::SetEnvironmentVariable('Path', (($p.TrimEnd(';') + ';' + $args[0]).TrimStart(';')), 'User') }";
    await run('powershell.exe', ['-NoProfile', '-Command', `& { ${script} }`, folder]);
    return `${folder} was added to your PATH. Open a new terminal, then: micro status`;
  }
  const link = join(home, '.local', 'bin', 'micro');
  const present = await lstat(link).catch(() => undefined);
  const target = present?.isSymbolicLink() ? await readlink(link) : undefined;
  if (target !== command) {
    // A link of ours to where the app was before it moved is ours to change.
    if (present && !target?.endsWith('/resources/bin/micro') && !target?.endsWith('/Resources/bin/micro')) {
      throw new Error(`${link} is there already and is not of this app. Move it away, or run ${command} by its path.`);
    }
    await mkdir(dirname(link), { recursive: true });
    const next = `${link}.${process.pid}`;
    await symlink(command, next);
    await rename(next, link);
  }
  const isOnPath = path.split(delimiter).includes(dirname(link));
  return isOnPath
    ? `micro is a command now. In a terminal: micro status`
    : `${link} was made. Add ${dirname(link)} to PATH in your shell's start-up file, then: micro status`;
}
