import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import http2 from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { postJson } from '../../../electron/server/environments/postJson.ts';
import { connectTrusted, createAgent, readCertificate } from '../../../electron/server/environments/trust.ts';
import { ProtocolPort } from '../../../electron/server/traffic/protocolPort.ts';
import { freePort } from '../../helpers/freePort.ts';
import { certificatePair, tlsFile } from '../../helpers/tlsFixture.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

let seen: string[] = [];

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function tlsServer(name: 'server' | 'other' | 'ended'): Promise<string> {
  seen = [];
  const server = createHttpsServer(await certificatePair(name), (asked, answer) => {
    seen.push(asked.headers.authorization ?? '');
    answer.end('{}');
  });
  server.on('tlsClientError', () => {});
  return `https://${await listen(server)}`;
}

const ca = () => readFile(tlsFile('ca.pem'), 'utf8');

describe('a server', () => {
  it('is taken by who signed it, or by its fingerprint alone', async () => {
    const url = await tlsServer('server');
    const { fingerprint, names, problem } = await readCertificate(url);
    expect(names).toEqual(['localhost', 'micro.test', '127.0.0.1']);
    expect(problem).toMatchObject({ code: 'environment.certificate-unknown' });
    for (const trust of [{ ca: await ca() }, { fingerprint }]) {
      const agent = createAgent(url, trust);
      expect(await postJson({ url, agent }, 'x.Y/Z', {}, 'token')).toEqual({});
      agent.destroy();
    }
    expect(seen).toEqual(['Bearer token', 'Bearer token']);
  });

  it.each([
    ['unknown', 'server', 'environment.certificate-unknown', {}],
    ['for another name', 'other', 'environment.certificate-name', { ca: true }],
    ['ended', 'ended', 'environment.certificate-expired', { ca: true }],
    ['not the pinned one', 'server', 'environment.certificate-changed', { fingerprint: 'AA' }],
  ] as const)('whose certificate is %s gets nothing, not even a token', async (_, name, code, given) => {
    const url = await tlsServer(name);
    const trust = {
      ...('ca' in given ? { ca: await ca() } : {}),
      ...('fingerprint' in given ? { fingerprint: given.fingerprint } : {}),
    };
    const agent = createAgent(url, trust);
    await expect(postJson({ url, agent }, 'x.Y/Z', {}, 'secret')).rejects.toMatchObject({ code });
    await expect(connectTrusted(url, trust)).rejects.toMatchObject({ code });
    agent.destroy();
    expect(seen).toEqual([]);
  });

  it('that does not speak TLS, or is not there, is told apart', async () => {
    const plain = `https://${await listen(createHttpServer((_, answer) => answer.end()))}`;
    await expect(connectTrusted(plain, {})).rejects.toMatchObject({ code: 'environment.no-tls' });
    await expect(connectTrusted(`https://127.0.0.1:${await freePort()}`, {})).rejects.toMatchObject({
      code: 'server.unreachable',
      message: expect.stringContaining('nothing listens') as string,
    });
  });

  it('that is something else says no token', async () => {
    const url = `http://${await listen(createHttpServer((_, answer) => answer.end('<html>')))}`;
    const agent = createAgent(url, {});
    await expect(postJson({ url, agent }, 'x.Y/Z', {})).rejects.toMatchObject({ code: 'environment.no-server' });
    agent.destroy();
  });
});

describe('a port with a certificate', () => {
  it('speaks HTTP/1.1 and HTTP/2 as the client wishes, and takes up a renewed certificate', async () => {
    const port = new ProtocolPort(
      (asked, answer) => {
        answer.setHeader('content-type', 'text/plain');
        answer.end(asked.httpVersion);
      },
      () => {},
      await certificatePair('server'),
    );
    const number = await port.listen('127.0.0.1', 0);
    closing.push(() => port.close());
    const authority = await ca();
    const overOne = await new Promise<string>((resolve, reject) => {
      httpsRequest({ host: '127.0.0.1', port: number, ca: authority, agent: false }, (answer) => {
        answer.on('data', (data: Buffer) => resolve(data.toString()));
      })
        .on('error', reject)
        .end();
    });
    expect(overOne).toBe('1.1');
    const session = http2.connect(`https://127.0.0.1:${number}`, { ca: authority });
    const overTwo = await new Promise<string>((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({ ':path': '/' });
      stream.on('data', (data: Buffer) => resolve(data.toString()));
      stream.end();
    });
    session.close();
    expect(overTwo).toBe('2.0');
    port.renew(await certificatePair('other'));
    expect((await readCertificate(`https://127.0.0.1:${number}`)).names).toEqual(['other.test']);
    // Cleartext on it is nobody's.
    await expect(
      new Promise((resolve, reject) => request({ host: '127.0.0.1', port: number }, resolve).on('error', reject).end()),
    ).rejects.toThrow();
  });
});
