import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { buildRequest } from '../../../electron/server/calls/buildRequest.ts';
import { curlOf } from '../../../electron/server/calls/curl.ts';
import {
  ServiceCallRequestSchema,
  type ServiceEndpoint,
  ServiceEndpointSchema,
} from '../../../shared/contract/gen/calls_pb.ts';

type Request = Parameters<typeof create<typeof ServiceCallRequestSchema>>[1];

const build = (request: Request, endpoint?: ServiceEndpoint, variables: Record<string, string> = {}) => {
  const built = buildRequest(create(ServiceCallRequestSchema, request), endpoint, new Map(Object.entries(variables)));
  return { ...built, body: built.body.toString() };
};

const find = create(ServiceEndpointSchema, {
  name: 'PUT /items/{id}',
  protocol: 'http',
  method: 'PUT',
  path: '/items/{id}',
  parameters: [
    { name: 'id', in: 'path', type: 'string', required: true },
    { name: 'tags', in: 'query', type: 'array' },
    { name: 'X-Trace', in: 'header', type: 'string' },
    { name: 'count', in: 'body', type: 'integer' },
    { name: 'open', in: 'body', type: 'boolean' },
    { name: 'owner', in: 'body', type: 'object' },
  ],
});

it('free HTTP is sent as it stands', () => {
  expect(build({ path: '/a//b?x=%2F' })).toMatchObject({ method: 'GET', path: '/a//b?x=%2F', headers: [], body: '' });
  expect(build({ path: 'ä b', method: 'post', body: Buffer.from('{"a":1}') })).toMatchObject({
    method: 'POST',
    path: '/%C3%A4%20b',
    headers: [{ name: 'content-type', value: 'application/json' }],
  });
});

it('fields go where the endpoint has them, in the types it has', () => {
  const fields = { id: 'a/b c', tags: 'x y', 'X-Trace': 't', count: '3', open: 'true', owner_name: 'Ada' };
  expect(build({ fields }, find)).toMatchObject({
    method: 'PUT',
    path: '/items/a%2Fb%20c?tags=x%20y',
    headers: [{ name: 'X-Trace', value: 't' }, { name: 'content-type' }],
    body: '{"count":3,"open":true,"owner":{"name":"Ada"}}',
  });
});

it('fields are added to a body that is given', () => {
  expect(build({ fields: { id: '1', count: '2' }, body: Buffer.from('{"open":false,"count":9}') }, find).body).toBe(
    '{"open":false,"count":2}',
  );
});

it('what is missing, unknown or of the wrong type is told by name', () => {
  const problem = (request: Request): string => {
    try {
      build(request, find);
    } catch (error) {
      return `${(error as Error).message} | ${(error as { next?: string }).next ?? ''}`;
    }
    return 'none';
  };
  expect(problem({})).toBe('the path needs a value for {id} | give the field "id"');
  expect(problem({ fields: { id: '1', cuont: '2' } })).toBe(
    '"cuont" is no field of PUT /items/{id} | did you mean "count"?',
  );
  expect(problem({ fields: { id: '1', count: 'two' } })).toContain('count "two" is not a whole number');
  expect(problem({ fields: { id: '1' }, headers: [{ name: 'Host', value: 'x' }] })).toContain(
    'is set by the call itself',
  );
  expect(problem({ fields: { id: '1' }, headers: [{ name: 'a', value: 'x\r\nb: c' }] })).toContain('is not a header');
});

it('variables of the service are filled in everywhere, and one that is not set is told', () => {
  const request = {
    path: '/{{VERSION}}/x',
    method: 'POST',
    headers: [{ name: 'authorization', value: 'Bearer {{TOKEN}}' }],
    body: Buffer.from('{"key":"{{TOKEN}}"}'),
  };
  expect(build(request, undefined, { TOKEN: 's3', VERSION: 'v2' })).toMatchObject({
    path: '/v2/x',
    headers: [{ value: 'Bearer s3' }, {}],
    body: '{"key":"s3"}',
  });
  expect(() => build(request, undefined, { TOKENS: '' })).toThrow('the variable "VERSION" is not set');
});

it('bytes that are no text are sent as they are', () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x7b, 0x7b]);
  const built = buildRequest(
    create(ServiceCallRequestSchema, { method: 'PUT', path: '/', body: bytes }),
    undefined,
    new Map(),
  );
  expect(built.body.equals(bytes)).toBe(true);
});

it('the call as a command line for curl survives every quote', () => {
  const built = buildRequest(
    create(ServiceCallRequestSchema, { method: 'POST', path: '/x', body: Buffer.from(`{"it's":"$HOME"}`) }),
    undefined,
    new Map(),
  );
  expect(curlOf(built, 'http://127.0.0.1:8080/svc/x', new URL('http://127.0.0.1:8080'), 'svc')).toBe(
    `curl -sS -H 'content-type: application/json' --data-raw '{"it'\\''s":"$HOME"}' http://127.0.0.1:8080/svc/x`,
  );
});
