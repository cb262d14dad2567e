import { join } from 'node:path';
import { expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

it('the log of a server for programs: an object a line, from its start to its end in order', async () => {
  const home = join(await tempFolder('server-log'), 'micro');
  const server = await startServer(home, ['--log-format', 'json']);
  const answers = await Promise.all(
    ['/healthz', '/readyz'].map(async (path) => (await fetch(server.proxy + path)).text()),
  );
  expect(answers).toEqual(['ok', 'ok']);
  await server.stop();
  expect(await server.ended).toBe(0);
  const lines = server
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const entries = lines.filter((line) => line.ready === undefined);
  expect(lines.length - entries.length).toBe(1);
  for (const entry of entries) {
    expect(entry).toMatchObject({ level: expect.stringMatching(/^(info|warn|error)$/), area: expect.any(String) });
    expect(new Date(String(entry.time)).toISOString()).toBe(entry.time);
  }
  const messages = entries.map(({ message }) => String(message));
  expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(/is ready$/)]));
  expect(messages).toContain('stopping (SIGTERM); once more ends everything at once');
  expect(messages.at(-1)).toBe('stopped');
});

it('a server that cannot start says why in its log, with code and next step', async () => {
  const home = join(await tempFolder('server-log'), 'micro');
  const words = ['server', '--gateway', '0', '--proxy', '0', '--log-format', 'json', '--listen', '127.0.0.1'];
  const { code, out, err } = await microProcess(words, { home });
  expect(code).not.toBe(0);
  expect(out).toBe('');
  const entries = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries.at(-1)).toMatchObject({
    level: 'error',
    area: 'server',
    fields: { code: 'listen.not-protected', next: expect.any(String) },
  });
});

it('a log format that there is not is refused', async () => {
  const home = join(await tempFolder('server-log'), 'micro');
  const { code, err } = await microProcess(['server', '--log-format', 'xml'], { home });
  expect(code).toBe(2);
  expect(err).toContain('there are: json, text');
});
