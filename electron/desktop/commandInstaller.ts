import { access, constants, lstat, mkdir, open, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix, win32 } from 'node:path';
import { appImageCommand, isAppImageCommand } from './appImageCommand.ts';

/** What {@link installCommand} works with. */
export interface CommandOptions {
  platform: NodeJS.Platform;
  /** The packaged `micro`. */
  command: string;
  /** The AppImage that the app was started from: what is mounted of it is gone when the app is. */
  appImage?: string | undefined;
  home: string;
  /** PATH of this process. */
  path: string;
  /** Where programs for all users are, on macOS; /usr/local/bin. */
  sharedFolder?: string;
  /** Runs a program to its end; rejects when it fails. */
  run: (program: string, args: string[]) => Promise<void>;
}

/**
 * `installed`: `micro` is this app's. `outdated`: it is of this app where that was before it moved. `missing`: there is none
 * of ours, and none of others in its place. `taken`: another program has the place.
 */
export type CommandState = 'installed' | 'outdated' | 'missing' | 'taken';

/** Whether `micro` is a command of the user's terminals already. */
export async function commandState(options: CommandOptions): Promise<CommandState> {
  const folders = foldersOf(options);
  if (options.platform === 'win32')
    return isOnWindowsPath(win32.dirname(options.command), folders) ? 'installed' : 'missing';
  // A package that was installed for all users brought the command with it.
  for (const folder of folders) {
    if ((await stateAt(posix.join(folder, 'micro'), options)) === 'installed') return 'installed';
  }
  const states = await Promise.all(linksOf(options).map((link) => stateAt(link, options)));
  return states.find((state) => state !== 'missing') ?? 'missing';
}

/**
 * Makes `micro` a command of the user's terminals. On Linux a link in ~/.local/bin; for an AppImage a script there that
 * starts it; on macOS a link in /usr/local/bin, or in ~/.local/bin where that is not the user's to write; on Windows the
 * folder of the command in the user's PATH. Resolves with what was done, as a sentence; rejects with what stands in the way.
 * Nothing of others is replaced.
 */
export async function installCommand(options: CommandOptions): Promise<string> {
  const { platform, command } = options;
  if (platform === 'win32') return addToUserPath(options);
  if (platform === 'darwin' && /^\/Volumes\/|\/AppTranslocation\//.test(command))
    throw new Error(
      'The app runs from where it was downloaded. Move it to Applications, start it there, and try again.',
    );
  const link = await linkToWrite(options);
  const state = await stateAt(link, options);
  if (state === 'taken') {
    const byPath = options.appImage === undefined ? `, or run ${command} by its path` : '';
    throw new Error(`${link} is there already and is not of this app. Move it away${byPath}.`);
  }
  if (state !== 'installed') await write(link, options);
  return foldersOf(options).includes(dirname(link))
    ? `micro is a command now (${link}). In a terminal: micro status`
    : `${link} was made. Add ${dirname(link)} to PATH in your shell's start-up file, then: micro status`;
}

async function addToUserPath({ command, run, ...options }: CommandOptions): Promise<string> {
  const folder = win32.dirname(command);
  if (isOnWindowsPath(folder, foldersOf({ command, run, ...options })))
    return `micro is a command already (${folder} is on PATH).`;
  // The registry keeps the user's part, with variables such as %USERPROFILE% unresolved; the process has it resolved and
  // mixed with the system's. What is written is of the kind that was there, or those variables would be lost.
  const script =
    "$k=[Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment',$true); " +
    "$p=[string]$k.GetValue('Path','','DoNotExpandEnvironmentNames'); " +
    "if (($p -split ';') -notcontains $args[0]) { " +
    "$k.SetValue('Path', (($p.TrimEnd(';') + ';' + $args[0]).TrimStart(';')), 'ExpandString') }; " +
    // Setting any variable by this way tells the running programs to read them anew, which the line above does not.
    "[Environment]::SetEnvironmentVariable('MICRO_PATH_CHANGED', $null, 'User')";
  await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', `& { ${script} }`, `'${quoted(folder)}'`]);
  return `${folder} was added to your PATH. Open a new terminal, then: micro status`;
}

/** Inside of single quotes of PowerShell, which reads the words after -Command as one text. */
function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

function foldersOf({ path, platform }: CommandOptions): string[] {
  return path.split(platform === 'win32' ? ';' : ':').filter((folder) => folder !== '');
}

/** Windows does not tell small letters from large ones; people write a backslash at the end, or quotes around. */
function isOnWindowsPath(folder: string, folders: readonly string[]): boolean {
  const plain = (text: string): string => win32.normalize(text.replace(/^"|"$/g, '')).replace(/\\+$/, '').toLowerCase();
  return folders.some((each) => plain(each) === plain(folder));
}

/** Where the command may be, the best first. */
function linksOf({ platform, home, sharedFolder = '/usr/local/bin' }: CommandOptions): string[] {
  const own = join(home, '.local', 'bin', 'micro');
  return platform === 'darwin' ? [join(sharedFolder, 'micro'), own] : [own];
}

async function linkToWrite(options: CommandOptions): Promise<string> {
  const links = linksOf(options);
  for (const link of links) {
    if (['installed', 'outdated'].includes(await stateAt(link, options)) && (await isWritable(dirname(link))))
      return link;
  }
  const [first = '', second = first] = links;
  const isFree = (await stateAt(first, options)) === 'missing';
  return first === second || (isFree && (await isWritable(dirname(first)))) ? first : second;
}

function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function stateAt(link: string, { command, appImage }: CommandOptions): Promise<CommandState> {
  const present = await lstat(link).catch(() => undefined);
  if (!present) return 'missing';
  if (present.isSymbolicLink()) {
    const target = await readlink(link);
    if (target === command && appImage === undefined) return 'installed';
    // A link of ours to where the app was before it moved is ours to change.
    return /\/[Rr]esources\/bin\/micro$/.test(target) ? 'outdated' : 'taken';
  }
  const text = present.isFile() ? await readFile(link, 'utf8').catch(() => '') : '';
  if (!isAppImageCommand(text)) return 'taken';
  return appImage !== undefined && text === appImageCommand(appImage) ? 'installed' : 'outdated';
}

async function write(link: string, { command, appImage }: CommandOptions): Promise<void> {
  await mkdir(dirname(link), { recursive: true });
  const next = `${link}.${process.pid}`;
  await rm(next, { force: true });
  if (appImage === undefined) await symlink(command, next);
  else {
    const file = await open(next, 'wx', 0o755);
    try {
      await file.writeFile(appImageCommand(appImage));
    } finally {
      await file.close();
    }
  }
  await rename(next, link);
}
