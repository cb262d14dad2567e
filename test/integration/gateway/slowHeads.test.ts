import { afterEach, expect, it } from 'vitest';
import { ProtocolPort } from '../../../electron/server/traffic/protocolPort.ts';
import { RawClient } from '../../helpers/gatewayFixture.ts';

let port: ProtocolPort;

afterEach(() => port.close());

it('a client that does not come to the end of a head is told so and loses its connection; one that is slow with its body is not', async () => {
  port = new ProtocolPort(
    (request, response) => void request.on('data', () => {}).on('end', () => response.end('all of it')),
    (_request, socket) => void socket.destroy(),
    undefined,
    300,
  );
  const at = await port.listen('127.0.0.1', 0);
  const patient = new RawClient(at).say('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na');
  const again = new RawClient(at).say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await again.until('all of it');
  again.say('GET / HTTP/1.1\r\nHost: local');
  const slow = new RawClient(at).say('GET / HTTP/1.1\r\nX-A: ');
  expect(await slow.untilEnd()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(await again.untilEnd()).toMatch(/all of it[\s\S]*HTTP\/1\.1 408 /);
  expect(patient.ended).toBe(false);
  patient.say('b');
  await patient.until('all of it');
  patient.socket.destroy();
});
