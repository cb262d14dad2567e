import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureContext } from '../../../electron/server/deploy/buildContext.ts';
import { buildIgnore, gitRule } from '../../../electron/server/deploy/buildIgnore.ts';
import { parseManifest } from '../../../electron/server/project/manifestParser.ts';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';
import { writeFiles } from '../../helpers/images/languageProjects.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const { signal } = new AbortController();

describe('a line of .gitignore, as builders read it', () => {
  it.each([
    ['*.log', '', '**/*.log'],
    ['node_modules/', '', '**/node_modules'],
    ['/dist', '', 'dist'],
    ['a/b', '', 'a/b'],
    ['!keep.log', '', '!**/keep.log'],
    // Of a folder above the one that is built.
    ['*.log', 'api', '**/*.log'],
    ['/api/dist', 'api', 'dist'],
    ['/web/dist', 'api', undefined],
    ['**/out/', 'api', '**/out'],
  ])('%s below "%s" is %s', (line, below, rule) => expect(gitRule(line, below)).toBe(rule));
});

async function service(declared: object, files: Record<string, string>): Promise<ServiceSpec> {
  const folder = await tempFolder('ignore');
  await mkdir(join(folder, 'api'));
  await writeFiles(folder, files);
  const parsed = parseManifest(JSON.stringify({ name: 'shop', services: { api: declared } }), folder, 'm', 'linux');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.manifest.services[0] as ServiceSpec;
}

describe('what an image leaves out', () => {
  it('follows .gitignore from the folder of the project down, and secrets come last so that nothing lets them in', async () => {
    const spec = await service(
      { path: 'api', run: 'java -jar target/app.jar', envFile: 'prod.vars' },
      { '.gitignore': '/api/out\n# a remark\n', 'api/.gitignore': 'target/\n!.env\n', 'api/prod.vars': '' },
    );
    const lines = await buildIgnore(spec);
    expect(lines.slice(0, 4)).toEqual(['out', '**/target', '!**/.env', '!target']);
    expect(lines.slice(4)).toEqual(expect.arrayContaining(['**/.env', '**/.env.*', 'prod.vars', '**/.git']));
  });

  it('has what was built here only when nothing in the image builds it', async () => {
    const files = { 'api/.gitignore': 'target/\n' };
    const spec = await service({ path: 'api', run: 'java -jar target/app.jar', build: 'mvn package' }, files);
    expect(await buildIgnore(spec)).not.toContain('!target');
  });
});

describe('a folder that is too large for an image', () => {
  it('is an error that names what is largest, and what is left out does not count', async () => {
    const folder = await tempFolder('large');
    await writeFiles(folder, { 'src/a.js': 'x'.repeat(10), 'data/big': 'x'.repeat(5000) });
    await writeFile(join(folder, 'b.js'), 'x');
    const limits = { maxBytes: 1000, maxFiles: 10 };
    await expect(measureContext('web', folder, [], signal, limits)).rejects.toMatchObject({
      code: 'image.too-large',
      message: expect.stringMatching(/^web: more than .* 1 MB of it in data$/) as string,
    });
    expect(await measureContext('web', folder, ['data'], signal, limits)).toEqual({ bytes: 11, files: 2 });
    await expect(measureContext('web', folder, ['data'], signal, { ...limits, maxFiles: 1 })).rejects.toMatchObject({
      code: 'image.too-large',
    });
  });
});
