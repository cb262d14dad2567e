import { describe, expect, it } from 'vitest';
import { FileIndex } from '../../../electron/server/host/fileIndex.ts';

const stats = (ino: number, birthtimeMs: number, ctimeMs: number) => ({ ino, birthtimeMs, ctimeMs });

describe('whether a folder is still the one that was known', () => {
  it('is told by the time of birth where the file system gave its inode to the next one', () => {
    const index = new FileIndex();
    index.ensure('', stats(1, 100, 500));
    const known = index.ensure('src', stats(7, 200, 200));
    expect(index.isReplaced(known, stats(7, 200, 450))).toBe(false);
    expect(index.isReplaced(known, stats(7, 600, 600))).toBe(true);
    expect(index.isReplaced(known, stats(7, 600, 700))).toBe(false);
    expect(index.isReplaced(known, stats(8, 800, 800))).toBe(true);
  });

  it('is told by the inode alone where no time of birth is kept', () => {
    const index = new FileIndex();
    const known = index.ensure('src', stats(7, 200, 200));
    for (const at of [300, 400]) expect(index.isReplaced(known, stats(7, at, at))).toBe(false);
    const epoch = index.ensure('lib', stats(9, 0, 300));
    expect(index.isReplaced(epoch, stats(9, 0, 400))).toBe(false);
    expect(index.isReplaced(epoch, stats(10, 0, 400))).toBe(true);
  });

  it('is not asked of a folder that was only seen as a name', () => {
    const index = new FileIndex();
    const known = index.ensure('src', undefined);
    expect(index.isReplaced(known, stats(7, 1, 2))).toBe(false);
    expect(index.isReplaced(known, stats(7, 3, 4))).toBe(true);
  });
});
