import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JsonFile } from '../../../electron/desktop/jsonFile.ts';
import { MainLog } from '../../../electron/desktop/mainLog.ts';
import { ServerStarter, startedServerSchema } from '../../../electron/desktop/serverStarter.ts';
import type { ServerState } from '../../../shared/contract/bridge.ts';
import { checkProcessLeaks } from '../../helpers/leakCheck.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/**
 * Stands for the server: writes server.json as the real one does and stays. With a file `broken` in MICRO_HOME it ends at
 * once with a reason. Linux only, since it reads its own start time from /proc.
 */
const PROGRAM = `const fs = require('node:fs');
const path = require('node:path');
const home = process.env.MICRO_HOME;
if (fs.existsSync(path.join(home, 'broken'))) {
  console.error('the disk is full');
  process.exit(3);
}
const stat = fs.readFileSync('/proc/self/stat', 'latin1');
const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
const text = JSON.stringify({ pid: process.pid, startTime: ticks + '@' + boot, version: '0', gateway: 'http://127.0.0.1:1', proxy: 'http://127.0.0.1:2', token: 'token-' + process.pid });
fs.writeFileSync(path.join(home, 'server.json'), text);
setInterval(() => {}, 1000);
`;

const mark = checkProcessLeaks();
let home: string;
let program: string;
let states: ServerState[];
let starter: ServerStarter | undefined;
const pids: number[] = [];

function createStarter(): ServerStarter {
  states = [];
  starter = new ServerStarter({
    home,
    startedFile: new JsonFile(join(home, 'desktop', 'server.json'), startedServerSchema, (text) =>
      expect.unreachable(text),
    ),
    command: { file: process.execPath, args: [program], env: { PATH: process.env.PATH, ...mark } },
    serverArgs: [],
    log: new MainLog(join(home, 'logs', 'desktop.log')),
    handleState: (state) => {
      states.push(state);
      const pid = starter?.connection?.pid;
      if (pid !== undefined) pids.push(pid);
    },
  });
  return starter;
}

const ready = (count = 1): Promise<boolean> =>
  waitFor(`${count} times ready`, () => states.filter((state) => state.status === 'ready').length >= count);

beforeEach(async () => {
  home = await tempFolder('starter');
  program = join(home, 'program.cjs');
  await writeFile(program, PROGRAM);
});

afterEach(() => {
  starter?.stop();
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Ended already.
    }
  }
});

describe.runIf(process.platform === 'linux')('the app’s server', () => {
  test('is started when none runs, with what the page needs to reach it', async () => {
    createStarter().start();
    await ready();
    expect(starter?.isOwn).toBe(true);
    expect(states.at(-1)).toEqual({
      status: 'ready',
      connection: { url: 'http://127.0.0.1:2', token: `token-${starter?.connection?.pid}` },
    });
  });

  test('that runs already is used, not started a second time', async () => {
    const child = spawn(process.execPath, [program], { env: { ...mark, MICRO_HOME: home } });
    pids.push(child.pid as number);
    await waitFor('the first server', () => readFile(join(home, 'server.json'), 'utf8'));
    createStarter().start();
    await ready();
    expect(starter?.connection?.pid).toBe(child.pid);
    expect(starter?.isOwn).toBe(false);
  });

  test('file whose pid belongs to somebody else by now is not believed', async () => {
    await mkdir(home, { recursive: true });
    const stale = {
      pid: process.pid,
      startTime: '1@00000000',
      version: '0',
      gateway: '',
      proxy: 'http://x',
      token: 'x',
    };
    await writeFile(join(home, 'server.json'), JSON.stringify(stale));
    createStarter().start();
    await ready();
    expect(starter?.connection?.pid).not.toBe(process.pid);
  });

  test('that is killed is started again, and said', async () => {
    createStarter().start();
    await ready();
    const first = starter?.connection?.pid as number;
    process.kill(first, 'SIGKILL');
    await ready(2);
    expect(starter?.connection?.pid).not.toBe(first);
    expect(states).toContainEqual({
      status: 'restarting',
      reason: 'the server is gone: it was ended by SIGKILL',
      attempt: 1,
    });
  });

  test('that cannot start is given up after some attempts, with its last words and its log; a retry begins anew', async () => {
    await writeFile(join(home, 'broken'), '');
    createStarter().start();
    const failed = await waitFor('giving up', () => states.find((state) => state.status === 'failed'), 40_000);
    expect(failed).toEqual({
      status: 'failed',
      reason: 'the server did not start: it ended with code 3 (the disk is full)',
      logFile: join(home, 'logs', 'server.log'),
    });
    await writeFile(join(home, 'program.cjs'), PROGRAM.replace("'broken'", "'never'"));
    starter?.retry();
    await ready();
  });

  test('is left alone when the app only stops looking after it', async () => {
    createStarter().start();
    await ready();
    const pid = starter?.connection?.pid as number;
    starter?.stop();
    await starter?.noted();
    process.kill(pid, 0);
    expect(states.at(-1)?.status).toBe('ready');
    // And the next start of the app knows it for its own, so that quitting can end it.
    createStarter().start();
    await ready();
    expect(starter?.connection?.pid).toBe(pid);
    expect(starter?.isOwn).toBe(true);
  });
});
