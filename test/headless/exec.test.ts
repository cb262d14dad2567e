import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledCli } from '../helpers/bundle.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { processesWith } from '../helpers/processesOf.ts';
import { type InTerminal, startInTerminal } from '../helpers/inTerminal.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

interface SeenTerminal {
  id: string;
  name: string;
  service?: string;
}

let home: string;
let project: string;
let server: RunningServer;
const started: InTerminal[] = [];

beforeEach(async () => {
  home = await tempFolder('home');
  project = await tempFolder('project');
  await mkdir(join(project, 'orders'));
  await writeFile(
    join(project, 'micro.yaml'),
    'name: one\nservices:\n  orders: { path: orders, run: sleep 100000, port: none, start: manual, env: { API_KEY: s3cret } }\n',
  );
  await writeFile(join(home, '.bashrc'), "PS1='ready> '\n");
  server = await startServer(home, ['--project', project], { SHELL: '/bin/bash', HOME: home });
});

afterEach(async () => {
  for (const each of started.splice(0)) each.kill('SIGKILL');
  await server.stop();
});

async function exec(words: readonly string[], size: { cols?: number; rows?: number } = {}): Promise<InTerminal> {
  const micro = await startInTerminal(process.execPath, [await bundledCli(), 'exec', ...words], {
    home,
    cwd: home,
    ...size,
  });
  started.push(micro);
  return micro;
}

async function terminals(): Promise<SeenTerminal[]> {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const answer = await call({ proxy: server.proxy, token }, 'desktop.Terminals/List', {});
  return (answer as { terminals?: SeenTerminal[] }).terminals ?? [];
}

/** How many processes run in the one terminal that there is. */
async function countOf({ id }: SeenTerminal): Promise<number> {
  return (await processesWith(`MICRO_INSTANCE_ID=terminal-${id}`)).length;
}

/** Runs `micro exec` between pipes. */
async function piped(words: readonly string[], input: string): Promise<{ code: number | null; out: string }> {
  const env = { ...process.env, MICRO_HOME: home };
  const child = spawn(process.execPath, [await bundledCli(), 'exec', ...words], {
    env,
    cwd: home,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  const out = textOf(child.stdout);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out: await out };
}

describe('micro exec NAME in a terminal', () => {
  it('is a shell of the server in the place of the service, as large as the terminal, and passes its exit code on', async () => {
    const micro = await exec(['orders'], { cols: 91, rows: 17 });
    await micro.sees('ready>');
    micro.type('echo "<$PWD $API_KEY $MICRO_SERVICE_NAME $TERM>"; stty size\r');
    await micro.sees(`<${join(project, 'orders')} s3cret orders xterm-256color>`);
    await micro.sees('17 91');
    expect(await terminals()).toMatchObject([{ service: 'orders', name: 'bash: orders' }]);
    micro.resize(64, 20);
    micro.type('until [ "$(stty size)" = "20 64" ]; do sleep 0.05; done; echo re""sized\r');
    await micro.sees('resized');
    micro.type('exit 7\r');
    expect(await micro.ended).toBe(7);
    await waitFor('the terminal to be gone', async () => (await terminals()).length === 0);
  });

  it('sends ctrl-C and ctrl-Z to what runs in it, also in a flood', async () => {
    const micro = await exec(['orders']);
    await micro.sees('ready>');
    micro.type('sleep 7521\r');
    const [shell] = await terminals();
    await waitFor('sleep', async () => (await countOf(shell as SeenTerminal)) === 2);
    micro.type('\u001a');
    await micro.sees('Stopped');
    micro.type('kill %1; yes 0123456789012345678901234567890123456789\r');
    await micro.sees('0123456789\r\n0123456789');
    micro.type('\u0003');
    micro.type('echo al""ive; exit\r');
    await micro.sees('alive');
    expect(await micro.ended).toBe(0);
  });

  it('leaves the answers to questions of a program to the terminal that it is in', async () => {
    const micro = await exec(['orders', '--', 'bash', '-c', 'printf "\\033[6n"; read -rsd R x; echo "<${x#*[}>"']);
    await micro.sees('\u001b[6n');
    micro.type('\u001b[41;7R');
    await micro.sees('<41;7>');
    expect(await micro.ended).toBe(0);
  });

  it('passes line ends on as they are, and gives the terminal back with its own', async () => {
    const script = `stty -g; "$0" "$1" exec orders -- sh -c 'stty -opost; printf "one\\ntwo\\r\\n"'; stty -g`;
    const outer = await startInTerminal('sh', ['-c', script, process.execPath, await bundledCli()], { home });
    started.push(outer);
    await outer.sees('one\ntwo\r\n');
    expect(await outer.ended).toBe(0);
    const [settings = 'none'] = outer.text().split('\r');
    expect(settings).toMatch(/^[0-9a-f:]+$/);
    expect(outer.text().trimEnd().endsWith(settings)).toBe(true);
    expect(outer.text().split(settings)).toHaveLength(3);
  });

  it('runs one command, whose end by a signal has the code that shells give it', async () => {
    const micro = await exec(['orders', '--', 'sh', '-c', 'test -t 0 && test -t 1 && echo in a terminal; kill -9 $$']);
    await micro.sees('in a terminal');
    expect(await micro.ended).toBe(137);
  });

  it('ends with everything in it when its terminal goes away or it is killed', async () => {
    for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
      const micro = await exec(['orders']);
      await micro.sees('ready>');
      micro.type('(trap "" HUP; exec sleep 7522) & sleep 7523\r');
      const [shell] = await terminals();
      await waitFor('all', async () => (await countOf(shell as SeenTerminal)) === 3);
      micro.kill(signal);
      await micro.ended;
      await waitFor('nothing left', async () => (await countOf(shell as SeenTerminal)) === 0);
      expect(await terminals()).toEqual([]);
    }
  });

  it('gives the terminal back as it was when the server ends', async () => {
    const micro = await exec(['orders']);
    await micro.sees('ready>');
    micro.type("printf '\\033[?1049h\\033[?1003h'; echo al''tered\r");
    await micro.sees('altered');
    await server.stop();
    expect(await micro.ended).toBe(4);
    expect(micro.text()).toMatch(/\u001b\[\?1049l[\s\S]*\u001b\[\?1003l/);
    expect(micro.text()).toContain('the connection to the shell was lost');
  });
});

describe('micro exec NAME between pipes', () => {
  it('runs a command in the place of the service, with bytes, end of input and exit code as they are', async () => {
    const script = 'cat; echo "<$PWD $API_KEY $MICRO_INSTANCE_ID>"; exit 5';
    const result = await piped(['orders', '--', 'sh', '-c', script], 'one\ntwo');
    expect(result).toEqual({ code: 5, out: `one\ntwo<${join(project, 'orders')} s3cret >\n` });
  });

  it('gives a shell its lines', async () => {
    const result = await piped(['orders'], 'echo "$API_KEY"\nexit 3\n');
    expect(result).toEqual({ code: 3, out: 's3cret\n' });
  });
});

describe('micro exec', () => {
  it('says what is wrong with a command line and what would be right', async () => {
    const errorOf = async (...words: string[]): Promise<string> => {
      const { code, err } = await microProcess(['exec', ...words], { home, cwd: home });
      return `${code} ${err}`;
    };
    expect(await errorOf()).toMatch(/^2 [\s\S]*no service is named[\s\S]*micro exec NAME/);
    expect(await errorOf('orders', 'npm', 'test')).toMatch(/^2 [\s\S]*micro exec orders -- npm test/);
    expect(await errorOf('orders', '--')).toMatch(/^2 [\s\S]*no command after "--"/);
    expect(await errorOf('orders', '--name', 'x', '--', 'ls')).toMatch(/^2 [\s\S]*both orders and --name x/);
    expect(await errorOf('--', 'ls')).toMatch(/^2 [\s\S]*--name/);
    expect(await errorOf('nobody', '--', 'ls')).toMatch(/^4 [\s\S]*nobody/);
    expect(await errorOf('orders', '--', 'no-such-program')).toMatch(/^1 [\s\S]*no such program/);
  });
});
