import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ActionEvent } from '../../../shared/contract/gen/actions_pb.ts';
import { type RuntimeFixture, useRuntimes } from '../../helpers/runtimeFixture.ts';

const createRuntime = useRuntimes();

const server = `
  require('node:http').createServer((_, answer) => answer.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');
`;

const launcher = `require('node:child_process').spawn('node', ['server.cjs'], { stdio: 'inherit' });`;

const javaServer = `
  import java.net.*;
  public class Main {
    public static void main(String[] words) throws Exception {
      ServerSocket server = new ServerSocket(Integer.parseInt(System.getenv("PORT")), 50, InetAddress.getByName("127.0.0.1"));
      while (true) {
        Socket socket = server.accept();
        socket.getInputStream().read(new byte[1000]);
        socket.getOutputStream().write("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok".getBytes());
        socket.close();
      }
    }
  }
`;

const pythonServer = `
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'ok')
HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
`;

/** Whether a program ends with 0, i.e. is there. */
const works = (program: string, ...words: string[]): boolean => spawnSync(program, words).status === 0;

/** What a debugger that is asked first says: its first `bytes` bytes. */
function firstAnswer(address: string, question: string, bytes: number): Promise<string> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), host, () => socket.write(question));
    socket.setTimeout(20_000, () => socket.destroy(new Error(`nothing more came than: ${text}`)));
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (text.length < bytes) return;
      socket.destroy();
      resolve(text);
    });
  });
}

async function debug(runtime: RuntimeFixture, name: string): Promise<ActionEvent | undefined> {
  let last: ActionEvent | undefined;
  await runtime.runtime.debug(name, (event) => (last = event), AbortSignal.timeout(50_000));
  return last;
}

async function targets(address: string | undefined): Promise<string> {
  return (await fetch(`http://${address}/json/list`)).text();
}

describe('debugging', () => {
  test.each([
    ['node server.cjs', 'node itself'],
    ["sh -c 'node server.cjs & wait'", 'a launcher of node'],
    ["sh -c 'node launcher.cjs'", 'a launcher that is node itself'],
  ])('%s (%s) is started anew with its inspector open, and without after a restart', async (run) => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.write('launcher.cjs', launcher);
    await runtime.open({ web: { run, port: 'auto', live: { tcp: true, interval: '100ms', failures: 1 } } });
    await runtime.start('web');
    const pid = runtime.pid('web');
    expect(await debug(runtime, 'web')).toMatchObject({ done: true, ok: true });
    const web = await runtime.until('web', ({ instances }) => instances[0]?.debugger !== '');
    const [instance] = web.instances;
    expect(instance).toMatchObject({ debuggerKind: 'node' });
    expect(instance?.pid).not.toBe(pid);
    expect(instance?.address).not.toBe(instance?.debugger);
    expect(await targets(instance?.debugger)).toContain('server.cjs');
    expect(await (await fetch(`http://${instance?.address}/`)).text()).toBe('ok');
    await runtime.restart('web');
    expect(runtime.service('web').instances[0]).toMatchObject({ debugger: '', debuggerKind: '' });
  });

  test('java answers the handshake of its debuggers, and requests', async () => {
    const runtime = await createRuntime();
    await runtime.write('Main.java', javaServer);
    expect(works('javac', '-d', runtime.folder, join(runtime.folder, 'Main.java'))).toBe(true);
    await runtime.open({ web: { run: 'java Main', port: 'auto' } });
    expect(await debug(runtime, 'web')).toMatchObject({ done: true, ok: true });
    const [instance] = runtime.service('web').instances;
    expect(instance).toMatchObject({ debuggerKind: 'java' });
    expect(await firstAnswer(instance?.debugger ?? '', 'JDWP-Handshake', 14)).toBe('JDWP-Handshake');
    expect(await (await fetch(`http://${instance?.address}/`)).text()).toBe('ok');
  });

  test.runIf(process.platform === 'linux')(
    'python answers its debuggers, and requests at its own port and not at one of the debugger',
    async () => {
      const runtime = await createRuntime();
      await runtime.write('app.py', pythonServer);
      await runtime.open({ web: { run: '/usr/bin/python3 -X utf8 app.py', port: 'auto' } });
      expect(await debug(runtime, 'web')).toMatchObject({ done: true, ok: true });
      const [instance] = runtime.service('web').instances;
      expect(await (await fetch(`http://${instance?.address}/`)).text()).toBe('ok');
      const body = JSON.stringify({ seq: 1, type: 'request', command: 'initialize', arguments: { adapterID: 'test' } });
      const question = `Content-Length: ${body.length}\r\n\r\n${body}`;
      expect(await firstAnswer(instance?.debugger ?? '', question, 400)).toContain('Content-Length: ');
    },
  );

  test('what has no debugger is left as it is, with what helps', async () => {
    const runtime = await createRuntime();
    await runtime.open({ web: { run: 'sleep 600', port: 'none' } });
    await runtime.start('web');
    await expect(debug(runtime, 'web')).rejects.toMatchObject({ code: 'debug.unsupported' });
    expect(runtime.state('web')).toBe('RUNNING');
  });

  test('a debugger that is not installed is said, with how to install it, and the service runs on', async () => {
    const runtime = await createRuntime();
    // Where one is installed, this one is found first.
    await runtime.write('modules/debugpy.py', "raise ImportError('not here')");
    const env = { PYTHONPATH: join(runtime.folder, 'modules') };
    await runtime.open({ web: { run: 'python3 -u -m http.server', port: 'auto', env } });
    await runtime.start('web');
    const { pid } = runtime.service('web').instances[0] as { pid: number };
    await expect(debug(runtime, 'web')).rejects.toMatchObject({
      code: 'debug.unavailable',
      message: expect.stringContaining('the debugger of python is not there') as string,
      next: 'Install it: python3 -m pip install debugpy',
    });
    expect(runtime.state('web')).toBe('RUNNING');
    expect(runtime.service('web').instances[0]?.pid).toBe(pid);
  });
});
