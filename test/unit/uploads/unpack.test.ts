import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { packFolder } from '../../../electron/cli/packFolder.ts';
import { uploadName } from '../../../electron/cli/sendFolder.ts';
import { unpack, usualLimits } from '../../../electron/server/uploads/unpack.ts';
import { Uploads } from '../../../electron/server/uploads/uploads.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

interface Part {
  name: string;
  text?: string;
  link?: string;
  type?: 'link' | 'fifo' | 'character-device' | 'block-device' | 'directory';
}

async function archive(parts: readonly Part[]): Promise<Buffer> {
  const made = pack();
  for (const { name, text = '', link, type } of parts) {
    if (type) made.entry({ name, type, ...(link === undefined ? {} : { linkname: link }) });
    else if (link !== undefined) made.entry({ name, type: 'symlink', linkname: link });
    else made.entry({ name }, text);
  }
  made.finalize();
  return gzipSync(await buffer(made));
}

const refused = { code: 'upload.refused' };

describe('an archive', () => {
  it.each<[string, Part[]]>([
    ['a way up', [{ name: '../evil' }]],
    ['a way up in the middle', [{ name: 'a/../../evil' }]],
    ['an absolute path', [{ name: '/tmp/evil' }]],
    ['a path of Windows', [{ name: 'C:\\evil' }]],
    ['a backslash', [{ name: 'a\\..\\evil' }]],
    ['a link that leads out', [{ name: 'a', link: '../../etc' }]],
    ['an absolute link', [{ name: 'a', link: '/etc' }]],
    ['a file through a link', [{ name: 'a', link: 'b' }, { name: 'a/evil' }]],
    ['a hard link', [{ name: 'a', link: '/etc/passwd', type: 'link' }]],
    ['a hard link to its own file', [{ name: 'a' }, { name: 'b', link: 'a', type: 'link' }]],
    ['a pipe', [{ name: 'a', type: 'fifo' }]],
    ['a character device', [{ name: 'a', type: 'character-device' }]],
    ['a block device', [{ name: 'a', type: 'block-device' }]],
    [
      'a link that leads out through another',
      [
        { name: 'a/b/up', link: '../..' },
        { name: 'out', link: 'a/b/up/../etc' },
      ],
    ],
    [
      'a link that leads out through a later one',
      [
        { name: 'out', link: 'a/b/up/../etc' },
        { name: 'a/b/up', link: '../..' },
      ],
    ],
    [
      'a folder through a link',
      [
        { name: 'a', link: 'b' },
        { name: 'a', type: 'directory' },
      ],
    ],
    ['a link in place of a folder', [{ name: 'a/b' }, { name: 'a', link: 'c' }]],
    ['a file in a file', [{ name: 'a' }, { name: 'a/b' }]],
    ['a file in the place of a folder', [{ name: 'a/b' }, { name: 'a' }]],
    ['a path that is too long', [{ name: `${'x'.repeat(200)}/`.repeat(6) + 'y' }]],
    ['folders without end', [{ name: `${'d/'.repeat(100)}y` }]],
    ['too many folders', Array.from({ length: 11 }, (_, n) => ({ name: `d${n}/`, type: 'directory' as const }))],
    ['a file twice', [{ name: 'a' }, { name: 'a' }]],
    ['too many files', Array.from({ length: 11 }, (_, n) => ({ name: `f${n}` }))],
    ['too many bytes', [{ name: 'a', text: 'x'.repeat(2000) }]],
  ])('with %s is refused', async (_, parts) => {
    const folder = await tempFolder('unpack');
    await mkdir(join(folder, 'in'));
    const content = Readable.from([await archive(parts)]);
    await expect(
      unpack(content, join(folder, 'in'), { packedBytes: 10_000, bytes: 1000, files: 10 }),
    ).rejects.toMatchObject(refused);
    expect(await readdir(folder)).toEqual(['in']);
  });

  it('that is cut off, is none, or is larger than it may be, is refused', async () => {
    const whole = await archive([{ name: 'a', text: 'abc' }]);
    for (const content of [whole.subarray(0, whole.length - 20), Buffer.from('nothing'), Buffer.alloc(0)]) {
      await expect(unpack(Readable.from([content]), await tempFolder('unpack'))).rejects.toMatchObject(refused);
    }
    const limits = { packedBytes: 10, bytes: 1000, files: 10 };
    await expect(unpack(Readable.from([whole]), await tempFolder('unpack'), limits)).rejects.toMatchObject(refused);
  });

  it('with a size that is not there, or of less than nothing, is refused before anything is waited for', async () => {
    const whole = gunzipSync(await archive([{ name: 'a', text: 'abc' }]));
    for (const size of ['77777777777 ', '00000017777 ', '-0000000001 ', 'zzzzzzzzzzz ']) {
      const changed = Buffer.from(whole);
      changed.write(size, 124, 'latin1');
      changed.fill(' ', 148, 156);
      const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      const content = Readable.from([gzipSync(changed)]);
      await expect(unpack(content, await tempFolder('unpack')), size).rejects.toMatchObject(refused);
    }
  });

  it('of zeros that were packed a thousand to one is refused before all of it is unpacked', async () => {
    const zeros = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    const limits = { packedBytes: 1024 * 1024, bytes: 1000, files: 10 };
    await expect(unpack(Readable.from([zeros]), await tempFolder('unpack'), limits)).rejects.toMatchObject({
      code: 'upload.refused',
      message: expect.stringContaining('it is larger than') as unknown,
    });
  });

  it.each<[string, NodeJS.Platform, Part[]]>([
    ['a device of Windows', 'win32', [{ name: 'src/aux.c' }]],
    ['a name that Windows makes `..` of', 'win32', [{ name: 'a/.. /evil' }]],
    ['a name with a dot at its end', 'win32', [{ name: 'a.' }]],
    ['a character that Windows does not take', 'win32', [{ name: 'what?' }]],
    ['names that differ in case alone', 'darwin', [{ name: 'Readme' }, { name: 'README' }]],
    ['a link by another case', 'win32', [{ name: 'Link', link: 'b' }, { name: 'link/evil' }]],
    ['a link by another spelling of its accent', 'darwin', [{ name: 'é', link: 'b' }, { name: 'e\u0301/evil' }]],
  ])('with %s is refused on %s, and taken on Linux', async (_, platform, parts) => {
    const content = await archive(parts);
    await expect(
      unpack(Readable.from([content]), await tempFolder('unpack'), usualLimits, platform),
    ).rejects.toMatchObject(refused);
    const { paths } = await unpack(Readable.from([content]), await tempFolder('unpack'), usualLimits, 'linux');
    expect(paths).toHaveLength(parts.length);
  });

  it('may have links that stay inside, through others too, and ones that go round or lead nowhere', async () => {
    const parts = [
      { name: 'deep/er/file', text: 'found' },
      { name: 'up', link: 'deep/er' },
      { name: 'through', link: 'up/../er/file' },
      { name: 'round', link: 'round/x' },
      { name: 'nowhere', link: 'not/there' },
    ];
    const folder = await tempFolder('unpack');
    const { paths } = await unpack(Readable.from([await archive(parts)]), folder);
    expect(paths).toHaveLength(5);
    expect(await readFile(join(folder, 'through'), 'utf8')).toBe('found');
  });

  it('never writes outside of its folder, whatever its paths are', async () => {
    const part = fc.constantFrom('..', '.', 'a', 'b', '', '/', '\\', '...', 'c:');
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
        const folder = await tempFolder('unpack');
        await mkdir(join(folder, 'deep', 'in'), { recursive: true });
        const content = Readable.from([await archive([{ name: parts.join('/') || 'x' }])]);
        await unpack(content, join(folder, 'deep', 'in')).catch(() => {});
        expect(await readdir(folder)).toEqual(['deep']);
        expect(await readdir(join(folder, 'deep'))).toEqual(['in']);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a folder', () => {
  it('is sent without what Git ignores, without what leads out, and arrives as it was', async () => {
    const folder = await tempFolder('pack');
    await mkdir(join(folder, 'src'), { recursive: true });
    await mkdir(join(folder, 'node_modules', 'x'), { recursive: true });
    await writeFile(join(folder, '.gitignore'), '*.log\n/dist\n');
    await writeFile(join(folder, 'src', '.gitignore'), 'secret\n');
    for (const path of ['a.txt', 'b.log', 'src/secret', 'src/main.mjs', 'node_modules/x/index.js', 'empty'])
      await writeFile(join(folder, path), path === 'empty' ? '' : path);
    await symlink('a.txt', join(folder, 'link'));
    await symlink('/etc/passwd', join(folder, 'out'));
    const skipped: string[] = [];
    const { content } = await packFolder(folder, (path) => skipped.push(path));
    const to = await tempFolder('unpack');
    const { paths } = await unpack(Readable.from(content), to);
    expect(paths).toEqual(['.gitignore', 'a.txt', 'empty', 'link', 'src/.gitignore', 'src/main.mjs']);
    expect(await readFile(join(to, 'src/main.mjs'), 'utf8')).toBe('src/main.mjs');
    expect(await readFile(join(to, 'link'), 'utf8')).toBe('a.txt');
    expect(skipped).toEqual(['out']);
  });

  it('has a name that a server takes', () => {
    fc.assert(fc.property(fc.string(), (name) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(uploadName(name))));
  });
});

describe('another upload', () => {
  it('changes what differs, takes out what is gone, and leaves what a build made', async () => {
    const uploads = new Uploads(await tempFolder('uploads'));
    const send = async (parts: Part[]) => uploads.take('shop', Readable.from([await archive(parts)]));
    const first = await send([
      { name: 'a', text: '1' },
      { name: 'b', text: '1' },
      { name: 'c', text: '1' },
    ]);
    expect(first.changed).toEqual(['a', 'b', 'c']);
    await writeFile(join(first.folder, 'built'), 'x');
    const second = await send([
      { name: 'a', text: '1' },
      { name: 'b', text: '2' },
    ]);
    expect(second).toMatchObject({ folder: first.folder, changed: ['b'], removed: ['c'] });
    expect((await readdir(first.folder)).sort()).toEqual(['a', 'b', 'built']);
    await expect(send([{ name: 'a', text: '3' }, { name: '../x' }])).rejects.toMatchObject(refused);
    expect(await readFile(join(first.folder, 'a'), 'utf8')).toBe('1');
  });

  it('writes and removes nothing through a link that a build made where a folder was', async () => {
    const root = await tempFolder('uploads');
    const outside = await tempFolder('outside');
    await writeFile(join(outside, 'keep'), 'kept');
    await writeFile(join(outside, 'page'), 'kept');
    const uploads = new Uploads(root);
    const send = async (parts: Part[]) => uploads.take('shop', Readable.from([await archive(parts)]));
    const { folder } = await send([{ name: 'a' }, { name: 'out/keep' }, { name: 'out/page' }]);
    await rm(join(folder, 'out'), { recursive: true });
    await symlink(outside, join(folder, 'out'));
    expect(await send([{ name: 'a' }, { name: 'out/page', text: 'new' }])).toMatchObject({ changed: ['out/page'] });
    expect(await readFile(join(outside, 'keep'), 'utf8')).toBe('kept');
    expect(await readFile(join(outside, 'page'), 'utf8')).toBe('kept');
    expect(await readFile(join(folder, 'out/page'), 'utf8')).toBe('new');
  });
});
