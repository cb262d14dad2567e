import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBuilder } from '../../../electron/server/runtime/kubernetes/imageBuilder.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const { signal } = new AbortController();

/** A folder with programs of these names, each of which ends with its code. */
async function folderWith(codes: Record<string, number>): Promise<string> {
  const folder = await tempFolder('builders');
  for (const [name, code] of Object.entries(codes)) {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\necho "${name} says no" >&2\nexit ${code}\n`);
    await chmod(file, 0o755);
  }
  return folder;
}

describe.skipIf(process.platform === 'win32')('what builds images', () => {
  const find = async (codes: Record<string, number>) =>
    findBuilder('web', { PATH: ['/nowhere', await folderWith(codes)].join(delimiter) }, signal);

  it.each([
    [{ docker: 0, podman: 0, buildah: 0 }, 'docker'],
    [{ docker: 1, podman: 0, buildah: 0 }, 'podman'],
    [{ podman: 125, buildah: 0 }, 'buildah'],
  ])('%j: %s, the first that works', async (codes, builder) => expect(await find(codes)).toBe(builder));

  it('that is not there, or does not work, is said with its own words', async () => {
    await expect(find({})).rejects.toMatchObject({
      code: 'image.no-builder',
      message: expect.stringContaining('neither docker') as string,
    });
    await expect(find({ docker: 1 })).rejects.toMatchObject({
      code: 'image.no-builder',
      message: 'web has no image, and docker does not work: docker says no',
    });
  });
});
