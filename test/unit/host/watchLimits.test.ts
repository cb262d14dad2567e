import { describe, expect, it } from 'vitest';
import { fileSystemOf, limitText, silentReason, watchLimit } from '../../../electron/server/host/watchLimits.ts';

const mounts = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync
31 22 0:26 / /home/u/my\\040share rw - cifs //server/share rw
32 22 0:27 / /data rw - nfs4 server:/data rw
33 32 0:28 / /data/local rw - xfs /dev/vdb rw
34 22 0:29 / /tmp rw - fuse.sshfs host: rw`;

describe('file systems that do not tell changes', () => {
  it('are found by the mount that holds a path', () => {
    expect(fileSystemOf('/home/u/x', mounts)).toBe('ext4');
    expect(fileSystemOf('/home/u/my share/x', mounts)).toBe('cifs');
    expect(fileSystemOf('/database', mounts)).toBe('ext4');
    expect(fileSystemOf('/data/local/x', mounts)).toBe('xfs');
    expect(fileSystemOf('/', '')).toBeUndefined();
  });

  it('are named with the reason', async () => {
    const reason = (path: string, platform: NodeJS.Platform = 'linux') =>
      silentReason(path, platform, async () => mounts);
    expect(await reason('/mnt/c/x')).toBe('/mnt/c/x is on a file system (9p) that does not tell changes');
    expect(await reason('/data/x')).toContain('nfs4');
    expect(await reason('/tmp/x')).toContain('fuse.sshfs');
    expect(await reason('/home')).toBeUndefined();
    expect(await reason('\\\\server\\x', 'win32')).toContain('network share');
    expect(await reason('C:\\x', 'win32')).toBeUndefined();
  });
});

describe('limits on watching', () => {
  it('the lower of machine and user namespace counts', async () => {
    const values: Record<string, string> = {
      '/proc/sys/fs/inotify/max_user_watches': '65536\n',
      '/proc/sys/user/max_inotify_watches': '50\n',
      '/proc/sys/fs/inotify/max_user_instances': '128\n',
    };
    const read = async (path: string): Promise<string> => {
      const value = values[path];
      if (value === undefined) throw new Error('none');
      return value;
    };
    expect(await watchLimit('ENOSPC', read)).toEqual({ name: 'user.max_inotify_watches', value: 50 });
    expect(await watchLimit('EMFILE', read)).toEqual({ name: 'fs.inotify.max_user_instances', value: 128 });
    expect(await watchLimit('ENOSPC', () => Promise.reject(new Error('none')))).toBeUndefined();
  });

  it('are told with what happens instead and how to raise them', () => {
    expect(limitText('/p', 1, { name: 'fs.inotify.max_user_watches', value: 8192 }, 1000)).toBe(
      "the system's limit for watched folders is used up (fs.inotify.max_user_watches = 8192); 1 folder under /p is " +
        'checked every 1 s instead. To raise it: sudo sysctl fs.inotify.max_user_watches=524288',
    );
    expect(limitText('/p', 7, { name: 'fs.inotify.max_user_watches', value: 600_000 }, 1000)).toContain('=1200000');
    expect(limitText('/p', 7, undefined, 2000)).toContain('7 folders under /p are checked every 2 s instead');
  });
});
