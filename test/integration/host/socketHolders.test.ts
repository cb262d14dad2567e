import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SocketHolders } from '../../../electron/server/host/socketHolders.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** Gives processes of a made-up /proc sockets. */
function holderIn(proc: string) {
  return async (pid: number, fd: number, inode: number): Promise<void> => {
    await mkdir(join(proc, `${pid}/fd`), { recursive: true });
    await symlink(`socket:[${inode}]`, join(proc, `${pid}/fd/${fd}`));
  };
}

describe('the holders of listening sockets', () => {
  it('are read again only for a new process or a new socket, and the lowest of several is named', async () => {
    const proc = await tempFolder('proc');
    const hold = holderIn(proc);
    const holders = new SocketHolders(proc);
    const find = async (pids: number[], ...inodes: string[]) =>
      Object.fromEntries(await holders.find(new Set(pids), new Set(inodes)));
    await hold(12, 3, 111);
    await hold(11, 3, 111);
    await hold(11, 4, 999);
    expect(await find([11, 12, 13], '111')).toEqual({ 111: 11 });
    expect(await find([12], '111')).toEqual({ 111: 12 });
    // Nothing new listens: what the descriptors say now is not asked.
    await hold(13, 3, 111);
    expect(await find([13], '111')).toEqual({});
    await hold(13, 4, 222);
    expect(await find([11, 13], '111', '222')).toEqual({ 111: 11, 222: 13 });
    await rm(join(proc, '11'), { recursive: true });
    expect(await find([12, 13], '111', '222')).toEqual({ 111: 12, 222: 13 });
    expect(await find([12, 13], '222')).toEqual({ 222: 13 });
  });

  it('are not those to whom this process handed one down that it was given itself', async () => {
    const proc = await tempFolder('proc');
    const hold = holderIn(proc);
    await hold(100, 9, 111);
    await hold(200, 9, 111);
    await hold(200, 10, 222);
    const holders = new SocketHolders(proc, 100);
    const find = async (...pids: number[]) =>
      Object.fromEntries(await holders.find(new Set(pids), new Set(['111', '222'])));
    expect(await find(200)).toEqual({ 222: 200 });
    expect(await find(100, 200)).toEqual({ 111: 100, 222: 200 });
  });
});
