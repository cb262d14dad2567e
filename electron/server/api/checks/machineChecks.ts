import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Check } from '../../../../shared/contract/gen/server_pb.ts';
import { type CheckContext, check } from './check.ts';

/** Oldest major version of Node that the command line and the server are made for; Electron brings its own. */
const OLDEST_NODE = 20;

/** Bytes of free disk below which logs are soon cut short or lost. */
const LOW_DISK_BYTES = 1024 ** 3;

/** Inotify watches that a large project needs; many distributions still ship 8192. */
const LOW_INOTIFY_WATCHES = 65_536;

/** Programs that services are commonly started with. */
const COMMON_PROGRAMS = ['node', 'npm', 'python3', 'go', 'java', 'cargo', 'ruby', 'php', 'dotnet', 'docker'];

/** Node itself. */
export function checkNode(): Check {
  const { node, electron } = process.versions;
  const text = `Node ${node}, ${electron ? `inside Electron ${electron}` : process.execPath}`;
  if (electron || Number.parseInt(node, 10) >= OLDEST_NODE) return check('node', 'ok', text);
  return check('node', 'warn', `${text} is older than ${OLDEST_NODE}`, `install Node ${OLDEST_NODE} or newer`);
}

/** The data folder: there or makeable, writable, and for nobody else to read. */
export async function checkHome({ home, platform }: CheckContext): Promise<Check> {
  const elsewhere = 'choose another folder with --home or MICRO_HOME';
  const found = await stat(home).catch(() => undefined);
  if (!found) {
    const parent = await nearestFolder(home);
    const canMake = await access(parent, constants.W_OK).then(
      () => true,
      () => false,
    );
    return canMake
      ? check('home', 'ok', `${home} is not there yet; it is made at the first start`)
      : check('home', 'error', `${home} cannot be made: ${parent} cannot be written`, elsewhere);
  }
  if (!found.isDirectory()) return check('home', 'error', `${home} is not a folder`, elsewhere);
  try {
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return check('home', 'error', `${home}: ${(error as Error).message}`, elsewhere);
  }
  const token = platform === 'win32' ? undefined : await stat(join(home, 'server.json')).catch(() => undefined);
  if (token && (token.mode & 0o077) !== 0) {
    return check(
      'home',
      'error',
      `${join(home, 'server.json')} can be read by others, and holds the token`,
      `chmod 600 ${join(home, 'server.json')}`,
    );
  }
  return check('home', 'ok', `${home} can be read and written`);
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found || folder === dirname(folder)) return folder;
  }
}

/** Room for logs and data. */
export async function checkDisk({ home }: CheckContext): Promise<Check> {
  const folder = (await stat(home).catch(() => undefined)) ? home : await nearestFolder(home);
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free for logs and data`;
  return freeBytes < LOW_DISK_BYTES
    ? check('disk', 'warn', text, 'free some space; without it log lines are lost')
    : check('disk', 'ok', text);
}

/** Whether enough files can be watched. */
export async function checkWatching({ platform }: CheckContext): Promise<Check> {
  const name = 'file watching';
  if (platform !== 'linux') return check(name, 'ok', 'uses the file events of the system');
  const limit = Number(await readFile('/proc/sys/fs/inotify/max_user_watches', 'utf8').catch(() => 'NaN'));
  if (Number.isNaN(limit)) return check(name, 'warn', 'the inotify limit cannot be read');
  const text = `fs.inotify.max_user_watches is ${limit}`;
  return limit < LOW_INOTIFY_WATCHES
    ? check(name, 'warn', text, 'raise it: sudo sysctl fs.inotify.max_user_watches=524288')
    : check(name, 'ok', text);
}

/** Which of the usual programs are on the PATH that services get. */
export async function checkPrograms(context: CheckContext): Promise<Check> {
  const env = await context.environment();
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  const endings = context.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  const found = await Promise.all(COMMON_PROGRAMS.map((program) => isOnPath(program, folders, endings)));
  const present = COMMON_PROGRAMS.filter((_, index) => found[index]);
  const missing = COMMON_PROGRAMS.filter((_, index) => !found[index]);
  const text = `${present.join(', ') || 'none'} found${missing.length > 0 ? `; not installed: ${missing.join(', ')}` : ''}`;
  return check('programs', 'ok', text);
}

async function isOnPath(program: string, folders: readonly string[], endings: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    for (const ending of endings) {
      const runs = await access(join(folder, program + ending), constants.X_OK).then(
        () => true,
        () => false,
      );
      if (runs) return true;
    }
  }
  return false;
}
