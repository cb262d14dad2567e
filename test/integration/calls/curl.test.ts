import { execFile, spawnSync } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CurlCall, curlCommand } from '../../../shared/lib/curlCommand.ts';

let server: http.Server;
let base = '';
let heard: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string } | undefined;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      heard = { method, url, headers, body: Buffer.concat(chunks).toString() };
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

const calls: Record<string, Partial<CurlCall> & { path?: string }> = {
  'a plain GET': {},
  'a HEAD, which does not wait for a body': { method: 'HEAD' },
  'a query with what curl and the shell take for patterns': { path: "/list?filter[a]={x,y}&b=$HOME&c=it's*" },
  'a path that goes up': { path: '/a/../b/./c' },
  'JSON with every quote': { method: 'POST', body: `{"it's": "$HOME \`id\` \\\\ !!"}` },
  lines: { method: 'PUT', body: 'one\ntwo\r\n\tthree' },
  'a body that looks like the name of a file': { method: 'POST', body: '@/etc/hosts' },
  'a body of a GET': { body: '{}' },
  'a DELETE': { method: 'DELETE' },
  'a POST of nothing': { method: 'POST' },
  'headers, one of them empty': {
    headers: [
      { name: 'x-note', value: `it's "so"; $HOME` },
      { name: 'x-empty', value: '' },
    ],
  },
};

// The command is for a POSIX shell; where curl is not installed nobody could run it.
if (process.platform !== 'win32' && spawnSync('curl', ['--version']).status === 0) {
  it.each(Object.entries(calls))('a shell sends what the command line for curl says: %s', async (_, call) => {
    const { method = 'GET', path = '/x', headers = [], body = '' } = call;
    heard = undefined;
    await promisify(execFile)('/bin/sh', ['-c', curlCommand({ method, url: `${base}${path}`, headers, body })]);
    expect(heard).toMatchObject({ method, url: path, body });
    for (const { name, value } of headers) expect(heard).toHaveProperty(['headers', name], value);
    expect(heard).not.toHaveProperty(['headers', 'content-type']);
  });
}
