import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runMicro } from '../../helpers/runMicro.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const SECRET = 'S3CR3T-zz';

test('ST-06 micro doctor --bundle writes versions, checks, settings and logs that tar can read, and no secret', async () => {
  const home = await tempFolder('bundle');
  await mkdir(join(home, 'logs'));
  await mkdir(join(home, 'desktop'));
  const token = 'f00dfeedf00dfeedf00dfeed';
  // A server that is gone: its file stays, and its token must not.
  await writeFile(join(home, 'server.json'), JSON.stringify({ pid: 1, token }));
  await writeFile(join(home, 'settings.json'), JSON.stringify({ smtpPassword: SECRET, keepDays: 7 }));
  await writeFile(join(home, 'desktop', 'preferences.json'), '{"theme":"dark"}');
  const line = `2026-11-30 info header ${token} url=https://ann:${SECRET}@example.com MAIL_TOKEN=${SECRET}\n`;
  await writeFile(join(home, 'logs', 'server.log'), `PASSWORD=\n${'x'.repeat(2_000_000)} ${SECRET}\n${line}`);
  await writeFile(join(home, 'logs', 'desktop.log'), line);

  const file = join(home, 'report.tar.gz');
  const made = await runMicro(['doctor', '--bundle', file, '--json'], { home });
  expect(made.code).toBe(0);
  expect(made.json<{ contents: string[] }>().contents).toContain('logs/server.log');
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  const to = join(home, 'out');
  await mkdir(to);
  await promisify(execFile)('tar', ['-xzf', file, '-C', to]);
  const read = (name: string): Promise<string> => readFile(join(to, 'report', name), 'utf8');
  const names = ['about.json', 'checks.json', 'status.json', 'settings.json', 'desktop/preferences.json'];
  for (const name of [...names, 'logs/server.log', 'logs/desktop.log']) {
    const text = await read(name);
    expect(text.length, name).toBeGreaterThan(0);
    expect(text, name).not.toContain(token);
    expect(text, name).not.toContain(SECRET);
  }
  expect(JSON.parse(await read('about.json'))).toMatchObject({
    platform: process.platform,
    node: process.versions.node,
  });
  expect(JSON.parse(await read('settings.json'))).toMatchObject({ keepDays: 7 });
  expect(JSON.parse(await read('checks.json'))).not.toHaveLength(0);

  const again = await runMicro(['doctor', '--bundle', file], { home });
  expect(again.code).toBe(1);
  expect(again.err).toContain('is already there');
  expect((await runMicro(['doctor', '--bundle', file, '--force'], { home })).code).toBe(0);
});
