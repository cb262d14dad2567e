import { readFile } from 'node:fs/promises';

/** Kinds of file systems that do not tell what other machines, or the other side of a virtual machine, change. */
const SILENT_FILE_SYSTEMS =
  /^(nfs\d?|cifs|smb\d?|smbfs|9p|drvfs|vboxsf|vmhgfs|prl_fs|virtiofs|afs|ceph|glusterfs|davfs|ncpfs|fuse\.(sshfs|vmhgfs-fuse|rclone|s3fs|gvfsd-fuse|osxfs|grpcfuse|davfs2|glusterfs))$/;

/** A limit of the system on watching, as it stands now. */
export interface WatchLimit {
  /** Name of the setting, e.g. `fs.inotify.max_user_watches`. */
  name: string;
  value: number;
}

/**
 * Which limit a failed watch met: `ENOSPC` is the number of watches, `EMFILE` the number of watchers. A user namespace
 * can have a lower one than the machine; the lower one counts. Undefined where nothing tells.
 */
export async function watchLimit(
  code: string,
  read: (path: string) => Promise<string> = (path) => readFile(path, 'utf8'),
): Promise<WatchLimit | undefined> {
  const what = code === 'EMFILE' ? 'instances' : 'watches';
  const candidates = [
    { name: `fs.inotify.max_user_${what}`, path: `/proc/sys/fs/inotify/max_user_${what}` },
    { name: `user.max_inotify_${what}`, path: `/proc/sys/user/max_inotify_${what}` },
  ];
  let lowest: WatchLimit | undefined;
  for (const { name, path } of candidates) {
    const value = Number.parseInt(await read(path).catch(() => ''), 10);
    if (Number.isInteger(value) && (!lowest || value < lowest.value)) lowest = { name, value };
  }
  return lowest;
}

/** A value worth raising a limit to: what editors and other watchers recommend, at most 540 MB of kernel memory. */
const RECOMMENDED: Readonly<Record<string, number>> = { watches: 524_288, instances: 1_024 };

/** The message for a limit that is used up: which one, how high it is, what happens instead, how to raise it. */
export function limitText(root: string, folders: number, limit: WatchLimit | undefined, pollMs: number): string {
  const count = folders === 1 ? '1 folder' : `${folders} folders`;
  const instead = `${count} under ${root} ${folders === 1 ? 'is' : 'are'} checked every ${pollMs / 1000} s instead`;
  if (!limit) return `the system's limit for watched folders is used up; ${instead}`;
  const recommended = RECOMMENDED[limit.name.endsWith('instances') ? 'instances' : 'watches'] ?? 0;
  const raised = Math.max(recommended, limit.value * 2);
  return (
    `the system's limit for watched folders is used up (${limit.name} = ${limit.value}); ${instead}. ` +
    `To raise it: sudo sysctl ${limit.name}=${raised}`
  );
}

/** The kind of file system that holds `path`, from the text of `/proc/self/mountinfo`. */
export function fileSystemOf(path: string, mountinfo: string): string | undefined {
  let best: { point: string; type: string } | undefined;
  for (const line of mountinfo.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    const point = mount
      .split(' ')[4]
      ?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const type = source.split(' ')[0];
    if (point === undefined || !type) continue;
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    // Of two mounts on one point the later one is seen.
    if (holds && (!best || point.length >= best.point.length)) best = { point, type };
  }
  return best?.type;
}

/** Why changes under `root` are not told by the system, as a sentence; undefined when they are. */
export async function silentReason(
  root: string,
  platform: NodeJS.Platform = process.platform,
  readMounts: () => Promise<string> = () => readFile('/proc/self/mountinfo', 'utf8'),
): Promise<string | undefined> {
  if (platform === 'win32' && root.startsWith('\\\\')) return `${root} is on a network share`;
  if (platform !== 'linux') return undefined;
  const type = fileSystemOf(root, await readMounts().catch(() => ''));
  return type !== undefined && SILENT_FILE_SYSTEMS.test(type)
    ? `${root} is on a file system (${type}) that does not tell changes`
    : undefined;
}
