import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serviceTerminalId } from '../../shared/contract/terminal.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { processesWith } from '../helpers/processesOf.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

interface SeenTerminal {
  id: string;
  name: string;
  service?: string;
  live?: boolean;
  pid: number;
  ended?: { code?: number };
}

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** A server with a project of one `tty: true` service, and how to speak with its terminals. */
async function setUp() {
  const home = await tempFolder('home');
  const folder = await tempFolder('project');
  await writeFile(
    join(folder, 'micro.yaml'),
    `name: one\nservices:\n  echo:\n    run: sh -c 'while read x; do echo got $x; done'\n    tty: true\n    port: none\n    env: { COLOUR: green }\n`,
  );
  await writeFile(join(home, '.bashrc'), "PS1='ready> '\n");
  server = await startServer(home, ['--project', folder], { SHELL: '/bin/bash', HOME: home });
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const { proxy } = server;
  const ask = async <T>(method: string, body: unknown = {}): Promise<T> =>
    (await call({ proxy, token }, `desktop.Terminals/${method}`, body)) as T;
  const look = (id: string) => {
    const socket = new WebSocket(`${proxy.replace('http', 'ws')}/_ws/terminals/${id}`, ['micro.v1', `bearer.${token}`]);
    const seen = { text: '', code: 0, isOpen: false, types: (text: string) => socket.send(Buffer.from(text)) };
    socket.on('message', (data: Buffer, isBinary) => {
      const text = data.toString();
      if (isBinary) seen.text += text;
      else if (text.includes('"state"')) seen.text += (JSON.parse(text) as { screen: string }).screen;
    });
    socket.on('open', () => {
      seen.isOpen = true;
    });
    socket.on('close', (code) => {
      seen.code = code;
    });
    return seen;
  };
  return { home, folder, ask, look };
}

describe('terminals of a server', () => {
  it('are opened, listed, renamed, lived in and closed', async () => {
    const { folder, ask, look } = await setUp();
    await waitFor('the service', async () => (await ask<{ terminals?: unknown[] }>('List')).terminals?.length);
    const opened = await ask<SeenTerminal>('Open', { service: 'echo', cols: 91, rows: 17 });
    const seen = look(opened.id);
    await waitFor('the prompt', () => seen.text.includes('ready>'));
    seen.types('stty size; echo "<$PWD $COLOUR $MICRO_SERVICE_NAME>"\r');
    await waitFor('its place', () => seen.text.includes('17 91') && seen.text.includes(`<${folder} green echo>`));
    expect(await ask('Rename', { id: opened.id, name: 'mine' })).toMatchObject({ name: 'mine' });
    seen.types('sleep 7411\r');
    await waitFor('what runs', async () =>
      (await ask<{ commands?: string[] }>('Running', { id: opened.id })).commands?.some((line) =>
        line.includes('7411'),
      ),
    );
    const { terminals } = await ask<{ terminals: SeenTerminal[] }>('List');
    expect(terminals.map(({ name, live }) => [name, live ?? false])).toEqual([
      ['echo', true],
      ['mine', false],
    ]);
    await ask('Close', { id: opened.id });
    await waitFor('its end', () => seen.code === 1001);
    await expect(ask('Close', { id: opened.id })).rejects.toThrow(/404|terminal.not-found/);
  });

  it('of services with tty: true are typed into, and their output is in the log as well', async () => {
    const { home, ask, look } = await setUp();
    await waitFor('the service', async () => (await ask<{ terminals?: unknown[] }>('List')).terminals?.length);
    const seen = look(serviceTerminalId('echo'));
    await waitFor('its screen', () => seen.isOpen);
    seen.types('hello\r');
    await waitFor('the answer', () => seen.text.includes('got hello'));
    await waitFor('the log', async () => {
      const { out } = await microProcess(['logs', 'echo', '--no-color'], { home });
      return out.includes('got hello');
    });
    await expect(ask('Close', { id: serviceTerminalId('echo') })).rejects.toThrow(/terminal of a service/);
  });

  it('end with the server, whatever runs in them', async () => {
    const { ask, look } = await setUp();
    const opened = await ask<SeenTerminal>('Open', {});
    const seen = look(opened.id);
    await waitFor('the prompt', () => seen.text.includes('ready>'));
    seen.types('(trap "" HUP TERM; exec sleep 7412) & sleep 7413\r');
    await waitFor(
      'what runs',
      async () => ((await ask<{ commands?: string[] }>('Running', { id: opened.id })).commands?.length ?? 0) >= 2,
    );
    await server?.stop();
    expect(await processesWith(`MICRO_INSTANCE_ID=terminal-${opened.id}`)).toEqual([]);
  });
});
