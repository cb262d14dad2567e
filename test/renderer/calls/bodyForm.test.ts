import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bodyParameters, valuesOfBody, withBodyValue } from '../../../renderer/features/calls/bodyForm.ts';
import { EndpointParameterSchema, ServiceEndpointSchema } from '../../../shared/contract/gen/calls_pb.ts';

const parameter = (name: string, type: string, where = 'body') =>
  create(EndpointParameterSchema, { name, type, in: where });
const name = parameter('name', 'string');
const age = parameter('age', 'integer');
const tags = parameter('tags', 'array');
const all = [name, age, tags];

it('the fields show what the body says, and change it', () => {
  const endpoint = create(ServiceEndpointSchema, {
    example: '{}',
    parameters: [parameter('id', 'string', 'path'), ...all],
  });
  expect(bodyParameters(endpoint).map((one) => one.name)).toEqual(['name', 'age', 'tags']);
  expect(bodyParameters({ ...endpoint, example: '' })).toEqual([]);
  let body = '{"name":"Ada","more":1}';
  expect(valuesOfBody(body, all)).toEqual({ name: 'Ada', age: '', tags: '' });
  body = withBodyValue(body, age, '36');
  body = withBodyValue(body, tags, '["a"]');
  expect(JSON.parse(body)).toEqual({ name: 'Ada', more: 1, age: 36, tags: ['a'] });
  expect(valuesOfBody(body, all)).toEqual({ name: 'Ada', age: '36', tags: '["a"]' });
  expect(JSON.parse(withBodyValue(body, age, ''))).not.toHaveProperty('age');
});

it('what is typed stays in the field as it was typed, whatever it is', () => {
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.string(), (one, text) => {
      const shown = valuesOfBody(withBodyValue('{}', one, text), all)?.[one.name];
      if (one === tags && text.trim() !== '') return;
      expect(shown).toBe(one === tags ? '' : text);
    }),
  );
});

it('a body that is no object has no form, and is left alone', () => {
  for (const body of ['[1]', '{', '"x"', 'null']) {
    expect(valuesOfBody(body, all)).toBeUndefined();
    expect(withBodyValue(body, name, 'x')).toBe(body);
  }
  expect(valuesOfBody('', all)).toEqual({ name: '', age: '', tags: '' });
});
