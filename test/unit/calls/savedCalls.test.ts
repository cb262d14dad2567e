import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { SavedCalls } from '../../../electron/server/calls/savedCalls.ts';
import { SavedCallSchema } from '../../../shared/contract/gen/calls_pb.ts';
import { ProjectSchema } from '../../../shared/contract/gen/state_pb.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

async function fixture(): Promise<{ calls: SavedCalls; root: string; folder: string }> {
  const root = await tempFolder('calls');
  const folder = join(root, 'shop', '.micro', 'calls');
  await mkdir(folder, { recursive: true });
  const project = create(ProjectSchema, { name: 'shop', folder: join(root, 'shop') });
  return { calls: new SavedCalls(() => [project]), root, folder };
}

describe('the saved calls of a project', () => {
  it.each([
    '../evil',
    '/tmp/evil',
    '..',
    'a/b',
    'a\\b',
    'C:evil',
    '',
    ' ',
    'CON',
    'nul',
    'com1',
    'x'.repeat(65),
    'a\0b',
  ])('are not written or removed under the name %j', async (name) => {
    const { calls, root, folder } = await fixture();
    await expect(calls.save('shop', create(SavedCallSchema, { name, service: 'web' }))).rejects.toMatchObject({
      code: 'api.invalid',
    });
    await expect(calls.remove('shop', name)).rejects.toMatchObject({ code: 'api.invalid' });
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(root)).toEqual(['shop']);
  });

  it.skipIf(process.platform === 'win32')(
    'are listed whatever lies among them: pipes, devices, folders, giants, and YAML that would grow without end',
    async () => {
      const { calls, folder } = await fixture();
      await writeFile(join(folder, 'good.yaml'), 'service: web\nmethod: GET\npath: /\n');
      await promisify(execFile)('mkfifo', [join(folder, 'pipe.yaml')]);
      await symlink('/dev/zero', join(folder, 'device.yaml'));
      await mkdir(join(folder, 'folder.yaml'));
      await writeFile(join(folder, 'giant.yaml'), '');
      await truncate(join(folder, 'giant.yaml'), 64 * 1024 * 1024 * 1024);
      const rows = Array.from(
        { length: 9 },
        (_, n) => `k${n + 1}: &k${n + 1} [${Array(10).fill(`*k${n}`).join(', ')}]`,
      );
      await writeFile(join(folder, 'grows.yaml'), `k0: &k0 [1]\n${rows.join('\n')}\n`);
      const listed = await calls.list('shop');
      const problems = listed.map(({ file, problem }) => [file.slice(folder.length + 1), problem]);
      expect(problems).toEqual([
        ['device.yaml', 'it is no file'],
        ['folder.yaml', 'it is no file'],
        ['giant.yaml', 'it is too large'],
        ['good.yaml', ''],
        ['grows.yaml', expect.stringContaining('alias')],
        ['pipe.yaml', 'it is no file'],
      ]);
    },
  );
});
