import http from 'node:http';
import { beforeEach, expect, it } from 'vitest';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway({ keptBodyBytes: () => 1000 });

beforeEach(async () => {
  await gateway().serve(http.createServer((request, response) => request.pipe(response)));
});

async function post(body: string, headers: Record<string, string>) {
  const before = gateway().calls.length;
  const answer = await gateway().ask('/svc/x', { method: 'POST', body, headers });
  expect(answer.body.toString()).toBe(body);
  await waitFor('it is told', () => gateway().calls.length > before);
  return gateway().calls.at(-1)?.body;
}

it('the text of a request is kept with its call, and passes unchanged', async () => {
  const kept = await post('{"name":"Ada"}', { 'content-type': 'application/json', authorization: 'Bearer secret' });
  expect([kept?.bytes().toString(), kept?.contentType, kept?.isCut]).toEqual([
    '{"name":"Ada"}',
    'application/json',
    false,
  ]);
  const { body: _, ...call } = gateway().calls[0]!;
  expect(JSON.stringify(call)).not.toContain('secret');
});

it('of a long one the beginning is kept, in chunks or by length', async () => {
  const text = 'abc'.repeat(100_000);
  for (const more of [{}, { 'transfer-encoding': 'chunked' }] as Record<string, string>[]) {
    const kept = await post(text, { 'content-type': 'text/plain', ...more });
    expect([kept?.bytes().toString(), kept?.isCut]).toEqual([text.slice(0, 1000), true]);
  }
});

it('what is no text is not kept', async () => {
  expect(await post('\0\x01', { 'content-type': 'application/octet-stream' })).toBeUndefined();
  expect(await post('{}', { 'content-type': 'application/json', 'content-encoding': 'br' })).toBeUndefined();
});
