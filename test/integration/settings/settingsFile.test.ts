import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogger, type LogEntry } from '../../../electron/server/base/logger.ts';
import { SettingsFile } from '../../../electron/server/settings/settingsFile.ts';
import { defaultSettings } from '../../../shared/contract/settings.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

describe('settings.json', () => {
  async function create(): Promise<{ file: SettingsFile; path: string; entries: LogEntry[] }> {
    const path = join(await tempFolder('settings'), 'settings.json');
    const entries: LogEntry[] = [];
    return {
      file: new SettingsFile(
        path,
        createLogger((entry) => entries.push(entry)),
      ),
      path,
      entries,
    };
  }

  it('without a file the defaults hold, and none is written', async () => {
    const { file, path } = await create();
    expect(await file.read()).toEqual({ settings: defaultSettings, problem: undefined });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a change is in the file, told to who listens, and leaves everything else as it is', async () => {
    const { file, path } = await create();
    const told: number[] = [];
    file.onDidChange(({ logs }) => told.push(logs.maxAgeDays));
    await file.change({ logs: { maxTotalMegabytes: 100 } });
    await Promise.all([file.change({ logs: { maxAgeDays: 3 } }), file.change({ logs: { maxServiceMegabytes: 50 } })]);
    await file.change({ events: { maxAgeHours: 1 } });
    const expected = {
      ...defaultSettings,
      logs: { maxServiceMegabytes: 50, maxTotalMegabytes: 100, maxAgeDays: 3 },
      events: { ...defaultSettings.events, maxAgeHours: 1 },
    };
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(expected);
    expect((await file.read()).settings).toEqual(expected);
    expect(told).toEqual([30, 3, 3, 3]);
  });

  it('an edit by hand counts at the next look; a wrong one is said once, and what held before goes on', async () => {
    const { file, path, entries } = await create();
    await writeFile(path, '{ "logs": { "maxAgeDays": 5 } }');
    expect((await file.read()).settings.logs.maxAgeDays).toBe(5);
    await writeFile(path, '{ "logs": { "maxAgeDays": "five" } }');
    const { settings, problem } = await file.read();
    expect(settings.logs.maxAgeDays).toBe(5);
    expect(problem).toBe(`${path}: logs.maxAgeDays is "five", and has to be a number`);
    await file.read();
    expect(entries.map(({ level }) => level)).toEqual(['error']);
    await writeFile(path, '{ "logs": ');
    expect((await file.read()).problem).toContain('it is not JSON');
  });

  it('nothing is changed by a value that cannot be, nor in a file that is wrong', async () => {
    const { file, path } = await create();
    await expect(file.change({ logs: { maxAgeDays: -1 } })).rejects.toMatchObject({
      code: 'settings.invalid',
      message: 'logs.maxAgeDays is -1, and has to be at least 0',
    });
    await writeFile(path, '{ "mine": 1 }');
    await expect(file.change({ logs: { maxAgeDays: 1 } })).rejects.toMatchObject({ code: 'settings.invalid' });
    expect(await readFile(path, 'utf8')).toBe('{ "mine": 1 }');
  });
});
