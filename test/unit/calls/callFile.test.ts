import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatCallFile, parseCallFile } from '../../../electron/server/calls/callFile.ts';
import { SavedCallSchema } from '../../../shared/contract/gen/calls_pb.ts';

const problem = (text: string): string => {
  const parsed = parseCallFile('x', text);
  return 'problem' in parsed ? parsed.problem : 'none';
};

it('a file is readable, and its body a part of it', () => {
  const call = create(SavedCallSchema, {
    name: 'buy tea',
    service: 'cart',
    method: 'POST',
    path: '/items',
    headers: [{ name: 'authorization', value: 'Bearer {{TOKEN}}' }],
    body: '{"product":"tea","count":2}',
  });
  const text = formatCallFile(call);
  expect(text).toBe(`service: cart
method: POST
path: /items
headers:
  authorization: Bearer {{TOKEN}}
body:
  product: tea
  count: 2
`);
  expect(parseCallFile('buy tea', text)).toMatchObject({
    call: { ...call, body: '{\n  "product": "tea",\n  "count": 2\n}' },
  });
});

it('what is wrong is told with its line', () => {
  expect(problem('service: a\nheadres: {}\n')).toBe('line 2: unknown key "headres", did you mean "headers"?');
  expect(problem('path: /x\n')).toBe('line 1: "service" is missing');
  expect(problem('service: a\nheaders:\n  x: [1]\n')).toMatch(/^line 3: headers\.x: /);
  expect(problem('service: [a\npath: x')).toMatch(/^line \d+, column \d+: /);
  expect(problem('')).toBe('line 1: "service" is missing');
});

it('whatever is saved comes back the same', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  const call = fc.record({
    service: text.filter((one) => one !== ''),
    endpoint: text,
    method: text,
    path: text,
    description: text,
    body: fc.oneof(
      text,
      fc.constantFrom('true', '12', 'null', '"x"', '12345678901234567890', '{"n":12345678901234567890}'),
    ),
    fields: fc.dictionary(
      text.filter((one) => one !== '' && one !== '__proto__'),
      fc.oneof(text, fc.constantFrom('7', 'true', '[1,2]', '1.0', '007')),
    ),
  });
  fc.assert(
    fc.property(call, (parts) => {
      const saved = create(SavedCallSchema, { name: 'n', ...parts });
      const parsed = parseCallFile('n', formatCallFile(saved));
      expect(parsed).toEqual({ call: saved });
    }),
  );
});
