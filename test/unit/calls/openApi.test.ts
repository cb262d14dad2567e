import { expect, it } from 'vitest';
import { parseOpenApi } from '../../../electron/server/calls/openApi.ts';

const document = {
  openapi: '3.1.0',
  servers: [{ url: '/api' }],
  paths: {
    '/orders/{id}': {
      parameters: [{ name: 'id', in: 'path', schema: { type: 'integer' } }],
      get: { summary: 'One order', parameters: [{ $ref: '#/components/parameters/Lang' }], responses: {} },
      put: {
        deprecated: true,
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
        responses: {
          '200': { content: { 'application/json': { schema: { type: 'array', items: { type: 'string' } } } } },
        },
      },
    },
  },
  components: {
    parameters: {
      Lang: { name: 'lang', in: 'query', schema: { enum: ['en', 'de'], default: 'en' }, description: 'words' },
    },
    schemas: {
      Base: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
      Order: {
        allOf: [{ $ref: '#/components/schemas/Base' }],
        properties: {
          note: { type: ['string', 'null'], description: 'for the cook' },
          parent: { $ref: '#/components/schemas/Order' },
          items: { type: 'array', items: { type: 'object', properties: { sku: { example: 'tea' } } } },
        },
      },
    },
  },
};

it('endpoints with their parameters, schemas and an example, also of a schema that contains itself', () => {
  const [get, put] = parseOpenApi(JSON.stringify(document)) ?? [];
  expect(get).toMatchObject({
    name: 'GET /api/orders/{id}',
    description: 'One order',
    parameters: [
      { name: 'id', in: 'path', type: 'integer', required: true },
      {
        name: 'lang',
        in: 'query',
        type: 'string',
        required: false,
        description: 'words',
        example: '"en"',
        choices: ['en', 'de'],
      },
    ],
    requestSchema: '',
    source: 'openapi',
  });
  expect(put?.description).toBe('deprecated');
  expect(put?.parameters.map((one) => [one.name, one.in, one.type, one.required])).toEqual([
    ['id', 'path', 'integer', true],
    ['note', 'body', 'string', false],
    ['parent', 'body', 'object', false],
    ['items', 'body', 'array', false],
    ['id', 'body', 'integer', true],
  ]);
  const example = JSON.parse(put?.example ?? '') as Record<string, unknown>;
  expect(example).toMatchObject({ id: 0, note: '', items: [{ sku: 'tea' }] });
  expect(JSON.parse(put?.responseSchema ?? '')).toEqual({ type: 'array', items: { type: 'string' } });
});

it('Swagger 2 in YAML', () => {
  const [post] =
    parseOpenApi(`swagger: "2.0"
basePath: /v1
paths:
  /pets:
    post:
      parameters:
        - {name: pet, in: body, schema: {type: object, properties: {name: {type: string, example: Rex}}}}
        - {name: dry, in: query, type: boolean}
`) ?? [];
  expect(post).toMatchObject({
    name: 'POST /v1/pets',
    example: '{\n  "name": "Rex"\n}',
    parameters: [
      { name: 'dry', in: 'query', type: 'boolean' },
      { name: 'name', in: 'body', example: '"Rex"' },
    ],
  });
});

it('what is no document is none', () => {
  expect(parseOpenApi('<html></html>')).toBeUndefined();
  expect(parseOpenApi('{"openapi": "3.0.0"}')).toBeUndefined();
  expect(parseOpenApi('')).toBeUndefined();
});
