import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { certificatePair } from '../../helpers/tlsFixture.ts';

const gateway = useGateway();

/** Says back by which scheme the request came to the gateway. */
function schemeService(): http.Server {
  return http.createServer((request, response) => response.end(request.headers['x-forwarded-proto']));
}

async function publicPort(): Promise<number> {
  const { cert, key } = await certificatePair('server');
  const { port } = await gateway().gateway.listenPublic({ check: () => {} }, '127.0.0.1', 0, { cert, key });
  return port;
}

async function overHttps(port: number, headers: http.OutgoingHttpHeaders = {}): Promise<string> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/svc/', headers, rejectUnauthorized: false, agent: false };
    https.get(options, resolve).on('error', reject);
  });
  return text(response);
}

it('a service is told http at the plain port', async () => {
  await gateway().serve(schemeService());
  expect((await gateway().ask('/svc/')).body.toString()).toBe('http');
});

it('a service is told https behind the port with TLS, in HTTP/1.1 and HTTP/2', async () => {
  await gateway().serve(schemeService());
  const port = await publicPort();
  expect(await overHttps(port)).toBe('https');

  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  try {
    expect(await text(session.request({ ':path': '/svc/' }))).toBe('https');
  } finally {
    session.close();
  }
});

it('what a proxy in front says of the scheme stays', async () => {
  await gateway().serve(schemeService());
  expect((await gateway().ask('/svc/', { headers: { 'x-forwarded-proto': 'https' } })).body.toString()).toBe('https');
  expect(await overHttps(await publicPort(), { 'x-forwarded-proto': 'http' })).toBe('http');
});
