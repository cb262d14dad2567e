import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** Writes lines of several levels, rests, and writes some more; says between which two moments the second part lies. */
const WRITER = `
const { setTimeout: rest } = require('node:timers/promises');
const words = ['DEBUG cache miss', 'INFO served', 'WARN slow query', 'ERROR Timeout of the database'];
const write = (from, to) => {
  for (let i = from; i < to; i++) console.log(words[i % 4] + ' ' + i);
};
(async () => {
  write(0, 1000);
  await rest(400);
  console.error('between ' + new Date().toISOString());
  await rest(400);
  write(1000, 1400);
})();
`;

let home: string;
let project: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  home = await tempFolder('home');
  project = await tempFolder('project');
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const micro = (...words: string[]) => microProcess(words, { home, cwd: project });

/** Output lines of a command that must succeed. */
async function lines(...words: string[]): Promise<string[]> {
  const { code, out, err } = await micro(...words);
  expect(code, err).toBe(0);
  return out === '' ? [] : out.replace(/\n$/, '').split('\n');
}

async function writeManifest(text: string): Promise<void> {
  await writeFile(join(project, 'micro.yaml'), text);
}

describe('micro logs', () => {
  async function runWriter(): Promise<void> {
    await writeFile(join(project, 'writer.cjs'), WRITER);
    server = await startServer(home);
    const result = await micro('run', '--task', '--name', 'writer', '--', 'node', 'writer.cjs');
    expect(result.code, result.err).toBe(0);
  }

  it('chooses by text, pattern, level and time, and counts what it chose', async () => {
    await runWriter();
    const stdout = ['logs', 'writer', '--stream', 'stdout'];
    expect(await lines(...stdout, '--count')).toEqual(['1400']);
    expect(await lines(...stdout, '--all')).toHaveLength(1400);
    expect(await lines(...stdout)).toHaveLength(100);
    expect(await lines(...stdout, '--grep', 'timeout', '--count')).toEqual(['350']);
    expect(await lines(...stdout, '--grep', 'timeout', '--case-sensitive', '--count')).toEqual(['0']);
    expect(await lines(...stdout, '--regex', '^WARN .*99\\d$')).toEqual([
      'WARN slow query 990',
      'WARN slow query 994',
      'WARN slow query 998',
    ]);
    expect(await lines(...stdout, '--level', 'warn', '--count')).toEqual(['700']);
    expect(await lines(...stdout, '--level', 'error', '-n', '2')).toEqual([
      'ERROR Timeout of the database 1395',
      'ERROR Timeout of the database 1399',
    ]);
    const [between] = await lines('logs', 'writer', '--stream', 'stderr');
    const moment = (between as string).replace('between ', '');
    expect(await lines(...stdout, '--since', moment, '--count')).toEqual(['400']);
    expect(await lines(...stdout, '--until', moment, '--count')).toEqual(['1000']);
    expect(await lines(...stdout, '--since', moment, '--level', 'debug', '--grep', 'cache', '-n', '1')).toEqual([
      'DEBUG cache miss 1396',
    ]);
    expect(await lines('logs', 'writer', '--count', '--stream', 'stdout', '--since', '1h', '--json')).toEqual([
      '{"count":1400}',
    ]);
    expect(await lines(...stdout, '--grep', '1399', '-C', '1')).toEqual([
      'WARN slow query 1398',
      'ERROR Timeout of the database 1399',
    ]);
  });

  it('exports every line to a file, and replaces one only when told to', async () => {
    await runWriter();
    const file = join(project, 'out.log');
    const words = ['logs', 'writer', '--stream', 'stdout', '--export', file];
    expect((await micro(...words)).code).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text.split('\n')).toHaveLength(1401);
    expect(text.startsWith('DEBUG cache miss 0\nINFO served 1\n')).toBe(true);
    const again = await micro(...words);
    expect(again.code).toBe(1);
    expect(again.err).toContain(`${file} is already there`);
    expect((await micro(...words, '--force', '--level', 'error')).code).toBe(0);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(351);
  });

  it('an export to where no file can be says why and what to do, and makes and replaces nothing', async () => {
    await runWriter();
    const missing = join(project, 'missing');
    const folder = join(project, 'folder');
    await mkdir(folder);
    await writeFile(join(project, 'file'), 'mine');
    const refused = async (file: string, ...more: string[]): Promise<string> => {
      const { code, out, err } = await micro('logs', 'writer', '--export', file, ...more);
      expect([code, out]).toEqual([1, '']);
      return err;
    };
    const nowhere = await refused(join(missing, 'out.log'));
    expect(nowhere).toContain(`the folder of ${join(missing, 'out.log')} is not there`);
    expect(nowhere).toContain('make the folder first');
    for (const force of [[], ['--force']]) {
      const inFolder = await refused(folder, ...force);
      expect(inFolder).toContain(`${folder} is a folder`);
      expect(inFolder).toContain('name a file in it');
      expect(await refused(join(project, 'file', 'out.log'), ...force)).toContain(
        `the folder of ${join(project, 'file', 'out.log')} is a file`,
      );
    }
    await expect(stat(missing)).rejects.toThrow('ENOENT');
    expect(await readdir(folder)).toEqual([]);
    expect(await readFile(join(project, 'file'), 'utf8')).toBe('mine');
  });

  it('a pattern that cannot be used is refused with a reason, a hostile one is answered in time', async () => {
    await writeFile(join(project, 'hostile.cjs'), `console.log('a'.repeat(40_000) + 'b');\n`);
    server = await startServer(home);
    expect((await micro('run', '--task', '--name', 'hostile', '--', 'node', 'hostile.cjs')).code).toBe(0);
    const bad = await micro('logs', 'hostile', '--regex', '(');
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('is no regular expression');
    expect(await lines('logs', 'hostile', '--regex', '(a+)+$', '--stream', 'stdout', '--count')).toEqual(['0']);
    expect(await lines('logs', 'hostile', '--regex', '(a+)+b$', '--stream', 'stdout', '--count')).toEqual(['1']);
  });

  it('reads what the server itself says, also of its earlier lives', async () => {
    server = await startServer(home);
    const said = await lines('logs', 'micro', '--all');
    expect(said.some((line) => /micro server \S+ listens/.test(line))).toBe(true);
    await server.stop();
    server = await startServer(home);
    const both = await lines('logs', 'micro', '--all');
    expect(both.filter((line) => /micro server \S+ listens/.test(line))).toHaveLength(2);
    expect(both.some((line) => line.endsWith('stopping'))).toBe(true);
    expect(
      (await lines('logs', 'micro', '--run', 'last')).filter((line) => /micro server \S+ listens/.test(line)),
    ).toHaveLength(1);
    const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
    expect(both.join('\n')).not.toContain(token);
  });
});

describe('LOG-05 a service that never stops writing', () => {
  const QUIET = 20;
  const FLOOD = `i=0
while True:
    print('line', i, 'served in 12 ms')
    i += 1
`;

  /** Lines the flood must have written before the first, and until the second look at memory. */
  const FIRST_LOOK_LINES = 400_000;
  const SECOND_LOOK_LINES = 1_600_000;
  /** More than the garbage of a busy process between two collections, far less than the lines written meanwhile (60 MB). */
  const PLATEAU_BYTES = 48 * 1024 * 1024;

  it('takes no line of quiet services, no growing memory, and obeys Stop', async () => {
    await writeFile(join(project, 'flood.py'), FLOOD);
    const quiet = Array.from({ length: QUIET }, (_, i) => `quiet-${i}`);
    const command = `sh -c 'i=0; while :; do echo "$MICRO_SERVICE_NAME $i"; i=$((i+1)); sleep 0.2; done'`;
    await writeManifest(
      `name: noise
services:
  flood: { run: python3 flood.py, port: none, watch: false, env: { PYTHONUNBUFFERED: '' } }
${quiet.map((name) => `  ${name}: { run: ${JSON.stringify(command)}, port: none, watch: false }`).join('\n')}
`,
    );
    server = await startServer(home, ['--project', project]);
    const { pid } = server;
    const table = createProcessTable();
    const residentBytes = async (): Promise<number> => (await table.get(pid))?.memoryBytes ?? 0;
    const floodLines = async (): Promise<number> => Number((await lines('logs', 'flood', '--count'))[0]);
    await waitFor('the flood flows', async () => (await floodLines()) > FIRST_LOOK_LINES, 120_000);
    const before = await residentBytes();
    await waitFor('the flood goes on', async () => (await floodLines()) > SECOND_LOOK_LINES, 120_000);
    expect((await residentBytes()) - before).toBeLessThan(PLATEAU_BYTES);
    const flood = JSON.parse((await micro('status', '--json')).out) as {
      services: { name: string; instances: { pid: number }[] }[];
    };
    const floodPid = flood.services.find(({ name }) => name === 'flood')?.instances[0]?.pid as number;
    expect((await micro('stop', 'flood')).code).toBe(0);
    expect(await table.get(floodPid)).toBeUndefined();
    // Everything the flood wrote is whole and in order up to its end.
    const last = (await lines('logs', 'flood', '--stream', 'stdout', '-n', '5000')).filter((line) =>
      /^line \d+ served in 12 ms$/.test(line),
    );
    expect(last.length).toBeGreaterThan(4990);
    last.slice(1).forEach((line, i) => {
      expect(Number(line.split(' ')[1])).toBe(Number((last[i] as string).split(' ')[1]) + 1);
    });
    expect((await micro('stop', ...quiet)).code).toBe(0);
    const records = (await lines('logs', ...quiet, '--all', '--stream', 'stdout', '--json')).map(
      (line) => JSON.parse(line) as { service: string; text: string },
    );
    for (const name of quiet) {
      const own = records.filter(({ service }) => service === name).map(({ text }) => text);
      expect(own.length).toBeGreaterThan(5);
      expect(own).toEqual(own.map((_, i) => `${name} ${i}`));
    }
  }, 300_000);
});

describe('LOG-05 ten services that write ten thousand lines a second each', () => {
  const SERVICES = 10;
  const LINES = 10_000;
  /** A hundred lines every ten milliseconds. */
  const STEADY = `
let i = 0;
const timer = setInterval(() => {
  let text = '';
  for (let k = 0; k < 100; k++) text += 'line ' + i++ + ' of a steady stream of usual length\\n';
  process.stdout.write(text);
  if (i >= ${LINES}) clearInterval(timer);
}, 10);
`;

  it('have every line on disk, whole and in order', async () => {
    await writeFile(join(project, 'steady.cjs'), STEADY);
    const names = Array.from({ length: SERVICES }, (_, i) => `s${i}`);
    await writeManifest(
      `name: steady\nservices:\n${names.map((name) => `  ${name}: { run: node steady.cjs, kind: task, watch: false }\n`).join('')}`,
    );
    server = await startServer(home, ['--project', project]);
    const count = async (): Promise<number> => Number((await lines('logs', '--count', '--stream', 'stdout'))[0]);
    await waitFor('everything to be stored', async () => (await count()) >= SERVICES * LINES, 120_000);
    expect(await count()).toBe(SERVICES * LINES);
    for (const name of [names[0] as string, names.at(-1) as string]) {
      const own = await lines('logs', name, '--all', '--stream', 'stdout');
      expect(own).toEqual(Array.from({ length: LINES }, (_, i) => `line ${i} of a steady stream of usual length`));
    }
  }, 200_000);
});
