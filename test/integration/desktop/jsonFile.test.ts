import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { JsonFile } from '../../../electron/desktop/jsonFile.ts';
import { defaultPreferences, type Preferences, preferencesSchema } from '../../../electron/desktop/preferences.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let path: string;
let problems: string[];
let file: JsonFile<Preferences>;

beforeEach(async () => {
  path = join(await tempFolder('app'), 'desktop', 'preferences.json');
  problems = [];
  file = new JsonFile(path, preferencesSchema, (text) => problems.push(text));
});

describe('ST-03 a file of the app', () => {
  it('that is not there is no problem', async () => {
    expect(await file.read()).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it.each([
    ['cut off', '{"theme": "da'],
    ['empty', ''],
    ['of another shape', '{"theme": "loud"}'],
  ])('that is %s is kept aside and said, and the last good copy is used', async (_, damaged) => {
    await file.write({ ...defaultPreferences, theme: 'dark' });
    await writeFile(path, damaged);
    expect((await file.read())?.theme).toBe('dark');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`it is kept as ${path}.bad-1`);
    expect(await readFile(`${path}.bad-1`, 'utf8')).toBe(damaged);
  });

  it('that was damaged with its copy is kept aside too, and it begins anew', async () => {
    await file.write({ ...defaultPreferences, theme: 'dark' });
    await writeFile(path, 'no');
    await writeFile(`${path}.bak`, 'no');
    expect(await file.read()).toBeUndefined();
    expect(problems[0]).toContain('it begins anew');
    await file.write({ ...defaultPreferences, theme: 'light' });
    expect((await file.read())?.theme).toBe('light');
  });

  it('is there at once for the start, and its last good copy is what stood in it before the first write', async () => {
    expect(await file.readAtStart()).toBeUndefined();
    await file.write({ ...defaultPreferences, theme: 'dark' });
    const next = new JsonFile(path, preferencesSchema, (text) => problems.push(text));
    expect(await next.readAtStart()).toEqual({ ...defaultPreferences, theme: 'dark' });
    await next.write({ ...defaultPreferences, theme: 'light' });
    expect(JSON.parse(await readFile(`${path}.bak`, 'utf8'))).toMatchObject({ theme: 'dark' });
    expect(problems).toEqual([]);
  });

  it('that is damaged is mended at the start too, with the reason', async () => {
    await file.write({ ...defaultPreferences, theme: 'dark' });
    await writeFile(path, '{"theme": "loud"}');
    const next = new JsonFile(path, preferencesSchema, (text) => problems.push(text));
    expect((await next.readAtStart())?.theme).toBe('dark');
    expect(problems[0]).toMatch(/theme: Invalid option: expected one of/);
  });
});
