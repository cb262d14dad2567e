import { create } from '@bufbuild/protobuf';
import { beforeEach, expect, it, vi } from 'vitest';
import { draftOfCall } from '../../../renderer/state/callBody.ts';
import { CallBodyResponseSchema, CallSchema } from '../../../shared/contract/gen/traffic_pb.ts';

const traffic = { callBody: vi.fn() };
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ traffic }) }));

const call = create(CallSchema, { id: 7, to: 'cart', method: 'POST', path: '/items', requestBytes: 3000 });

beforeEach(() => traffic.callBody.mockReset());

it('a seen call is sent again with its body and type', async () => {
  const body = new TextEncoder().encode('{"a":1}');
  traffic.callBody.mockResolvedValue(
    create(CallBodyResponseSchema, { kept: true, body, contentType: 'application/json' }),
  );
  const { draft, missing } = await draftOfCall(call);
  expect(traffic.callBody).toHaveBeenCalledWith({ id: 7 });
  expect([draft.body, draft.headers, missing]).toEqual([
    '{"a":1}',
    [{ name: 'content-type', value: 'application/json' }],
    '',
  ]);
});

it('what is cut or not kept is said', async () => {
  traffic.callBody.mockResolvedValue(
    create(CallBodyResponseSchema, { kept: true, body: new Uint8Array(1024), contentType: 'text/plain', cut: true }),
  );
  expect((await draftOfCall(call)).missing).toBe('Only the first 1,024 of 3,000 bytes of its body were kept.');
  traffic.callBody.mockResolvedValue(create(CallBodyResponseSchema, {}));
  expect(await draftOfCall(call)).toMatchObject({
    draft: { body: '', path: '/items' },
    missing: expect.stringContaining('Its body (3,000 bytes) is not there') as string,
  });
});

it('a call without a body asks for none', async () => {
  const { missing } = await draftOfCall(create(CallSchema, { to: 'cart', method: 'GET', path: '/' }));
  expect([missing, traffic.callBody.mock.calls.length]).toEqual(['', 0]);
});

it('a seen call of gRPC becomes a draft of its endpoint with its messages, or says why it has none', async () => {
  const grpc = create(CallSchema, { id: 8, to: 'shop', kind: 'grpc', path: '/shop.Orders/Place', requestBytes: 12 });
  const answer = { kept: true, endpoint: 'shop.Orders.Place', messages: ['{"id":"7"}'] };
  traffic.callBody.mockResolvedValue(create(CallBodyResponseSchema, answer));
  expect(await draftOfCall(grpc)).toMatchObject({
    draft: { service: 'shop', endpoint: 'shop.Orders.Place', method: '', body: '{\n  "id": "7"\n}' },
    missing: '',
  });
  // A number that JSON.parse would round stays as it was.
  traffic.callBody.mockResolvedValue(
    create(CallBodyResponseSchema, { ...answer, messages: ['{"n":12345678901234567890}'] }),
  );
  expect((await draftOfCall(grpc)).draft.body).toBe('{"n":12345678901234567890}');
  traffic.callBody.mockResolvedValue(
    create(CallBodyResponseSchema, {
      kept: true,
      endpoint: 'shop.Orders.Place',
      problem: 'shop does not describe its messages',
    }),
  );
  expect(await draftOfCall(grpc)).toMatchObject({
    draft: { endpoint: 'shop.Orders.Place', body: '' },
    missing: 'Its messages (12 bytes) cannot be shown: shop does not describe its messages.',
  });
});
