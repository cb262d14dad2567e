import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const echo = fileURLToPath(new URL('../fixtures/echoService.mjs', import.meta.url));

interface StatusJson {
  services: {
    name: string;
    project: string;
    kind: string;
    status: string;
    reason: string;
    restarts: number;
    instances: { pid: number; address: string; startedAt: string }[];
  }[];
}

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

async function writeManifest(text: string): Promise<void> {
  await writeFile(join(project, 'micro.yaml'), text);
}

/** Two services, one needs the other, and a task. */
async function writeProject(): Promise<void> {
  await writeManifest(`name: pair
services:
  front:
    run: node ${echo}
    dependsOn: [back]
  back:
    run: node ${echo}
  seed:
    kind: task
    run: node -e "console.log('seeded')"
`);
}

async function status(): Promise<StatusJson['services']> {
  const result = await micro('status', '--json');
  expect(result.code, result.err).toBe(0);
  return result.json<StatusJson>().services;
}

async function statusOf(name: string): Promise<StatusJson['services'][number]> {
  const service = (await status()).find((candidate) => candidate.name === name);
  if (!service) throw new Error(`no service ${name}`);
  return service;
}

async function whenUp(): Promise<StatusJson['services']> {
  return waitFor('both services running and the task completed', async () => {
    const services = await status();
    const up = services.filter((service) => service.status === 'running').length;
    return up === 2 && services.some((service) => service.reason === 'completed') && services;
  });
}

const isAlive = async (pid: number): Promise<boolean> => (await createProcessTable().get(pid)) !== undefined;

function isHeld(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url.includes('://') ? url : `http://${url}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('micro server', () => {
  it('says that it is ready with its addresses, brings the project up, and stops it in order at SIGTERM', async () => {
    await writeProject();
    server = await startServer(home, ['--project', project]);
    expect(server.gateway).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.proxy).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const services = await whenUp();
    expect(services.map(({ name, project: of, kind, status: is, restarts }) => [name, of, kind, is, restarts])).toEqual(
      [
        ['back', 'pair', 'service', 'running', 0],
        ['front', 'pair', 'service', 'running', 0],
        ['seed', 'pair', 'task', 'stopped', 0],
      ],
    );
    for (const { instances, name } of services.filter((service) => service.kind === 'service')) {
      expect(instances).toHaveLength(1);
      const [instance] = instances;
      expect(new Date(instance!.startedAt).toISOString()).toBe(instance!.startedAt);
      expect(await (await fetch(`http://${instance!.address}/`)).text()).toBe(`${name}\n`);
      expect(await (await fetch(`${server.gateway}/${name}/x`)).text()).toBe(`${name}\n`);
    }
    const pids = services.flatMap((service) => service.instances.map((instance) => instance.pid));
    const addresses = services.flatMap((service) => service.instances.map((instance) => instance.address));
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    for (const pid of pids) expect(await isAlive(pid), `pid ${pid}`).toBe(false);
    for (const address of [...addresses, server.gateway, server.proxy]) {
      expect(await isHeld(address), address).toBe(false);
    }
    expect((await micro('status')).code).toBe(4);
  });

  it('a service that is killed from outside comes back, and the restart is counted', async () => {
    await writeProject();
    server = await startServer(home, ['--project', project]);
    const before = (await whenUp()).find((service) => service.name === 'back')!;
    process.kill(before.instances[0]!.pid, 'SIGKILL');
    const after = await waitFor('back runs again', async () => {
      const service = await statusOf('back');
      return service.restarts === 1 && service.status === 'running' && service;
    });
    expect(after.instances).toHaveLength(1);
    expect(after.instances[0]!.pid).not.toBe(before.instances[0]!.pid);
  });

  it('after kill -9 of the server, a new one has each service with exactly one live instance', async () => {
    await writeProject();
    server = await startServer(home, ['--project', project]);
    const before = await whenUp();
    server.child.kill('SIGKILL');
    await server.ended;
    server = await startServer(home);
    const after = await whenUp();
    const old = before.flatMap((service) => service.instances.map((instance) => instance.pid));
    const now = after.flatMap((service) => service.instances.map((instance) => instance.pid));
    expect(now).toHaveLength(2);
    for (const pid of old.filter((candidate) => !now.includes(candidate))) {
      expect(await isAlive(pid), `pid ${pid} of the first server`).toBe(false);
    }
    expect(await Promise.all(now.map(isAlive))).toEqual([true, true]);
  });

  it('ST-03 server.json and the folders around it are for the user alone', async () => {
    server = await startServer(home);
    expect((await stat(join(home, 'server.json'))).mode & 0o777).toBe(0o600);
    const file = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(file).sort()).toEqual(['gateway', 'pid', 'proxy', 'startTime', 'token', 'version']);
    expect(file).toMatchObject({ pid: server.pid, gateway: server.gateway, proxy: server.proxy });
  });

  it('a port that was asked for and is taken is explained with its owner', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    try {
      const result = await micro('server', '--gateway', `${port}`, '--proxy', '0', '--json');
      expect(result.code).toBe(1);
      const { error } = JSON.parse(result.err.trim().split('\n').at(-1) as string) as { error: Record<string, string> };
      expect(error.code).toBe('port.taken');
      expect(error.message).toContain(`port ${port}`);
      expect(error.message).toContain(`pid ${process.pid}`);
    } finally {
      holder.close();
    }
  });

  it('DT-03 a second server for the same home is refused with the pid of the first, which is not disturbed', async () => {
    server = await startServer(home);
    const second = await micro('server', '--gateway', '0', '--proxy', '0');
    expect(second.code).toBe(1);
    expect(second.err).toContain(`pid ${server.pid}`);
    expect((await micro('status')).code).toBe(0);
  });

  it('DT-03 a lock left by a crash, and one that names another live process, are recovered', async () => {
    const lock = join(home, 'server.lock');
    await writeFile(lock, JSON.stringify({ pid: process.pid, startTime: 'long ago', host: 'here', nonce: 'x' }));
    server = await startServer(home);
    expect((await micro('status')).code).toBe(0);
  });

  it('a folder that is not there ends with 4, a home that cannot be used with an error that names it', async () => {
    expect((await micro('server', '--project', 'nowhere')).code).toBe(4);
    const file = join(home, 'file');
    await writeFile(file, '');
    const result = await micro('server', '--home', join(file, 'home'), '--gateway', '0', '--proxy', '0');
    expect(result.code).toBe(1);
    expect(result.err).toContain(join(file, 'home'));
  });
});

describe('DT-07 the API', () => {
  const ask = (url: string, headers: Record<string, string>, body = '{}') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      void import('node:http').then(({ request }) => {
        const outgoing = request(url, { method: 'POST', headers }, (response) => {
          let text = '';
          response.on('data', (data: Buffer) => {
            text += data.toString();
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      });
    });

  it('refuses foreign hosts and origins, forms, and callers without the token', async () => {
    server = await startServer(home);
    const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
    const url = `${server.proxy}/desktop.Desktop/Status`;
    const good = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    expect((await ask(url, good)).status).toBe(200);
    expect((await ask(url, { ...good, host: 'evil.example' })).status).toBe(403);
    expect((await ask(url, { ...good, origin: 'http://evil.example' })).status).toBe(403);
    expect((await ask(url, { ...good, 'content-type': 'text/plain' })).status).toBe(403);
    expect((await ask(url, { 'content-type': 'application/json' })).status).toBe(401);
    expect((await ask(url, { ...good, authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it('refused requests start nothing', async () => {
    server = await startServer(home);
    const mark = join(home, 'mark');
    const add = JSON.stringify({ name: 'evil', folder: home, command: ['touch', mark] });
    const url = `${server.proxy}/desktop.Desktop/AddService`;
    await ask(url, { 'content-type': 'text/plain', origin: 'http://evil.example' }, add);
    expect(await status()).toEqual([]);
    await expect(stat(mark)).rejects.toThrow();
  });
});

describe('verbs against a running server', () => {
  it('run adds a command, waits until it is ready, and tells where it is', async () => {
    server = await startServer(home);
    const result = await micro('run', '--name', 'solo', '--', 'node', echo);
    expect(result.code, result.err).toBe(0);
    const solo = await statusOf('solo');
    expect(solo).toMatchObject({ status: 'running', restarts: 0 });
    expect(await (await fetch(`http://${solo.instances[0]!.address}/`)).text()).toBe('solo\n');
  });

  it('run of what cannot start ends with 1, the reason and its last lines', async () => {
    server = await startServer(home);
    await writeFile(join(project, 'bad.mjs'), "console.log('no database');\nprocess.exit(3);\n");
    const result = await micro('run', '--name', 'bad', '--', 'node', 'bad.mjs');
    expect(result.code).toBe(1);
    expect(result.err).toContain('no database');
    expect(result.err).toMatch(/exit(ed)?\D+3/);
  });

  it('stop, start, restart and kill tell the truth', async () => {
    await writeProject();
    server = await startServer(home, ['--project', project]);
    const [back] = await whenUp();
    expect((await micro('stop', 'front', 'back')).code).toBe(0);
    expect(await isAlive(back!.instances[0]!.pid)).toBe(false);
    expect((await statusOf('back')).status).toBe('stopped');
    expect((await micro('start', 'front')).code).toBe(0);
    expect((await statusOf('back')).status).toBe('running');
    const first = await statusOf('back');
    expect((await micro('restart', 'back')).code).toBe(0);
    const second = await statusOf('back');
    expect(second.instances[0]!.pid).not.toBe(first.instances[0]!.pid);
    expect((await micro('kill', 'back')).code).toBe(0);
    expect(await isAlive(second.instances[0]!.pid)).toBe(false);
    expect((await micro('stop', 'nope')).code).toBe(4);
  });

  it('SUP-01 stop ends what a launcher left behind, and the second start works at once', async () => {
    await writeManifest(`name: launcher
services:
  web:
    run: sh -c 'node ${echo} & wait'
`);
    server = await startServer(home, ['--project', project]);
    const web = await waitFor('web runs', async () => {
      const service = await statusOf('web');
      return service.status === 'running' && service;
    });
    expect((await micro('stop', 'web')).code).toBe(0);
    expect(await isHeld(web.instances[0]!.address)).toBe(false);
    expect((await micro('start', 'web')).code).toBe(0);
  });

  it('SUP-09 what waits for a service that failed says so, and circles are refused by name', async () => {
    await writeManifest(`name: blocked
services:
  db: { run: "sh -c 'exit 3'", restart: { policy: never } }
  api: { run: "node ${echo}", dependsOn: [db] }
`);
    server = await startServer(home, ['--project', project]);
    await waitFor('api is blocked', async () => /db/.test((await statusOf('api')).reason));
    const other = await tempFolder('circle');
    const circle = `name: circle
services:
  x: { run: "true", dependsOn: [y] }
  y: { run: "true", dependsOn: [z] }
  z: { run: "true", dependsOn: [x] }
`;
    await writeFile(join(other, 'micro.yaml'), circle);
    const result = await micro('run', other);
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/x → y → z → x|y → z → x → y|z → x → y → z/);
  });

  it('logs are exact: -n 5 is five lines, whole, in order', async () => {
    await writeFile(
      join(project, 'lines.mjs'),
      "for (let i = 1; i <= 500; i++) console.log(i, 'y'.repeat(2000));\nprocess.stdout.write('last without end');\n",
    );
    server = await startServer(home);
    expect((await micro('run', '--task', '--name', 'lines', '--', 'node', 'lines.mjs')).code).toBe(0);
    const five = await micro('logs', 'lines', '-n', '5', '--stream', 'stdout');
    const lines = five.out.replace(/\n$/, '').split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe('last without end');
    expect(lines[0]).toBe(`497 ${'y'.repeat(2000)}`);
    expect((await micro('logs', 'lines', '--stream', 'stdout', '--count')).out).toBe('501\n');
    const all = await micro('logs', 'lines', '--all', '--stream', 'stdout', '--json');
    const records = all.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; text: string });
    expect(records).toHaveLength(501);
    expect(records.map((record) => record.text.split(' ')[0]).slice(0, 500)).toEqual(
      Array.from({ length: 500 }, (_, index) => `${index + 1}`),
    );
    expect((await micro('logs', 'nope')).code).toBe(4);
    expect((await micro('logs', 'lines', '--run', '77')).code).toBe(4);
  });

  it('logs -f goes on with new lines until ctrl-C', async () => {
    await writeProject();
    server = await startServer(home, ['--project', project]);
    await whenUp();
    const { gateway } = server;
    let asked = false;
    const result = await microProcess(['logs', 'front', '-f'], {
      home,
      watch(out, kill) {
        if (!asked && out.includes('front listens')) {
          asked = true;
          void fetch(`${gateway}/front/hello`);
        }
        if (out.includes('front GET /hello')) kill('SIGINT');
      },
    });
    expect(result.code).toBe(130);
    expect(result.err).toBe('');
    expect(result.out.match(/front GET \/hello/g)).toHaveLength(1);
  });

  it('a reader that closes early (| head) is no error', async () => {
    await writeProject();
    server = await startServer(home, ['--project', project]);
    await whenUp();
    await mkdir(join(home, 'bin'), { recursive: true });
    const script = join(home, 'bin', 'head.sh');
    const { bundledCli } = await import('../helpers/bundle.ts');
    await writeFile(
      script,
      `#!/bin/bash\nset -o pipefail\n"${process.execPath}" "${await bundledCli()}" logs --all --home "${home}" | head -n 1\necho "rc $?"\n`,
    );
    await chmod(script, 0o755);
    const { execFile } = await import('node:child_process');
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve, reject) => {
      execFile(script, (error, out, err) => (error ? reject(error) : resolve({ stdout: out, stderr: err })));
    });
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('rc 0');
  });
});
