import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callTitle,
  draftOfEndpoint,
  draftOfPast,
  draftOfSaved,
  jsonProblem,
  requestOf,
} from '../../../renderer/features/calls/callRequest.ts';
import { findJsonError } from '../../../renderer/ui/jsonError.ts';
import { shownBody } from '../../../renderer/features/calls/responseText.ts';
import { jsonTokens } from '../../../renderer/ui/jsonTokens.ts';
import { readDraft } from '../../../renderer/features/calls/useDraft.ts';
import { makeDraft } from '../../../renderer/state/callDraft.ts';
import { PastCallSchema, SavedCallSchema, ServiceEndpointSchema } from '../../../shared/contract/gen/calls_pb.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a call made by hand', () => {
  const draft = makeDraft({
    service: 'orders',
    method: 'POST',
    path: '/orders?dry=1',
    headers: [
      { name: 'x-a', value: '1' },
      { name: ' ', value: 'lost' },
    ],
    fields: { id: '7', note: '' },
    body: '{"n":1}',
  });

  it('is sent without headers that have no name and fields that are empty', () => {
    const request = requestOf(draft, 1000);
    expect(request).toMatchObject({ service: 'orders', method: 'POST', path: '/orders?dry=1', timeoutMs: 1000 });
    expect(request.headers).toEqual([{ name: 'x-a', value: '1' }]);
    expect(request.fields).toEqual({ id: '7' });
    expect(new TextDecoder().decode(request.body)).toBe('{"n":1}');
  });

  it('a GET has no body, whatever stands in the editor', () => {
    expect(requestOf({ ...draft, method: 'GET' }, 0).body).toHaveLength(0);
  });

  it('is the same again out of the history and out of its file', () => {
    const past = create(PastCallSchema, { request: { ...requestOf(draft, 0) } });
    expect(requestOf(draftOfPast(past), 0)).toEqual(requestOf(draft, 0));
    const saved = create(SavedCallSchema, {
      name: 'x',
      service: draft.service,
      method: draft.method,
      path: draft.path,
      headers: [{ name: 'x-a', value: '1' }],
      fields: { id: '7' },
      body: draft.body,
    });
    expect(requestOf(draftOfSaved(saved), 0)).toEqual(requestOf(draft, 0));
  });

  it('an endpoint brings its method, path, fields and an example of its body', () => {
    const endpoint = create(ServiceEndpointSchema, {
      name: 'PUT /orders/{id}',
      protocol: 'http',
      method: 'PUT',
      path: '/orders/{id}',
      parameters: [
        { name: 'id', in: 'path', type: 'integer', required: true, example: '7' },
        { name: 'note', in: 'body', type: 'string' },
      ],
      example: '{"note":""}',
    });
    const next = draftOfEndpoint('orders', endpoint, makeDraft({ service: 'orders' }));
    expect(next).toMatchObject({ method: 'PUT', path: '/orders/{id}', fields: { id: '7' }, body: '{"note":""}' });
    // Lists name what was filled in: calls of one endpoint differ by it.
    expect(callTitle(next)).toBe('PUT /orders/7');
    // Choosing it again does not undo what was typed.
    const typed = { ...next, body: '{"note":"typed"}' };
    expect(draftOfEndpoint('orders', endpoint, typed)).toBe(typed);
  });

  it('a gRPC endpoint is called by its name', () => {
    const endpoint = create(ServiceEndpointSchema, {
      name: 'Greeter.Hello',
      protocol: 'grpc',
      path: '/g.Greeter/Hello',
    });
    const next = { ...draftOfEndpoint('greeter', endpoint, makeDraft()), body: '{"name":"x"}' };
    const request = requestOf(next, 0);
    expect([request.endpoint, request.method, request.path]).toEqual(['Greeter.Hello', '', '']);
    expect(request.body.length).toBeGreaterThan(0);
    expect(callTitle(next)).toBe('Greeter.Hello');
  });

  it('a draft survives a reload, a damaged one is forgotten', () => {
    expect(readDraft(JSON.stringify(draft))).toEqual(draft);
    expect(readDraft('{"service":1}')).toBeUndefined();
    expect(readDraft('{')).toBeUndefined();
    expect(readDraft(null)).toBeUndefined();
  });
});

describe('JSON in the editor', () => {
  it('what is wrong is told with its line and column; text is not wrong', () => {
    expect(jsonProblem('{"a": 1}')).toBeUndefined();
    expect(jsonProblem('plain text')).toBeUndefined();
    expect(jsonProblem('')).toBeUndefined();
    expect(jsonProblem('{"a": 1,\n  "b": x}')).toMatch(/^line 2, column 8/);
    expect(jsonProblem('{"a"')).toBe('line 1, column 5: expected ":"');
    expect(jsonProblem('[1,]')).toBe('line 1, column 4: expected a value');
    expect(jsonProblem('[1 2]')).toBe('line 1, column 4: expected "," or "]"');
  });

  it('the place is found in exactly those texts that are no JSON', () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', 'x', '01', '\n'))
      .map(
        ([text, seed, put]) =>
          text.slice(0, seed % (text.length + 1)) + put + text.slice((seed % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (text) => {
        expect(findJsonError(text) === undefined).toBe(isJson(text));
      }),
    );
  });
});

describe('an answer', () => {
  it('JSON is put in order, whatever its type says; other text stays as it came', () => {
    expect(shownBody(bytes('{"a":[1]}'), 'text/plain', true)).toMatchObject({ pretty: '{\n  "a": [\n    1\n  ]\n}' });
    expect(shownBody(bytes('{"a":1}\n{"a":2}\n'), '', true)).toMatchObject({ pretty: expect.stringContaining('2') });
    expect(shownBody(bytes('<p>'), 'text/html', true)).toEqual({ kind: 'text', raw: '<p>', pretty: undefined });
  });

  it('bytes that are no text are not shown as if they were', () => {
    expect(shownBody(Uint8Array.of(0xff, 0xfe, 0x80), 'application/octet-stream', true).kind).toBe('binary');
    expect(shownBody(Uint8Array.of(0x89, 0x50), 'image/png', true)).toEqual({ kind: 'image', type: 'image/png' });
    expect(shownBody(new Uint8Array(), '', true)).toEqual({ kind: 'empty' });
  });

  it('a cut answer that ends within a character is still text', () => {
    expect(shownBody(bytes('é').slice(0, 1), 'text/plain', false).kind).toBe('text');
  });

  it('colouring loses no letter', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(
          jsonTokens(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
    expect(jsonTokens('{"k": "v", "n": -1.5e3, "t": true}').map(({ sort }) => sort)).toEqual(
      expect.arrayContaining(['key', 'string', 'number', 'word']),
    );
  });
});

it('a call of gRPC that was kept shows the path that it was sent to', () => {
  const past = create(PastCallSchema, { request: { service: 'shop', endpoint: 'shop.v1.Orders.Place' } });
  expect(draftOfPast(past)).toMatchObject({ method: '', path: '/shop.v1.Orders/Place' });
});
