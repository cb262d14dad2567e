/** A JSON Schema as far as it is read here. */
export interface Schema {
  [name: string]: unknown;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  format?: string;
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  const?: unknown;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  $ref?: string;
}

/** Levels of nested schemas that are written out; a schema that contains itself would have no end. */
const MAX_DEPTH = 8;

/** A schema with what it refers to (`#/…` of the document) put in its place, and the parts of `allOf` in one. */
export function resolved(schema: unknown, document: unknown, depth = 0): Schema {
  if (schema === null || typeof schema !== 'object' || depth > MAX_DEPTH) return {};
  const { $ref, allOf, ...own } = schema as Schema;
  let whole: Schema = own;
  if (typeof $ref === 'string') whole = { ...resolved(follow(document, $ref), document, depth + 1), ...own };
  for (const part of Array.isArray(allOf) ? allOf : []) whole = merged(whole, resolved(part, document, depth + 1));
  if (whole.properties) {
    const entries = Object.entries(whole.properties);
    whole = {
      ...whole,
      properties: Object.fromEntries(entries.map(([name, one]) => [name, resolved(one, document, depth + 1)])),
    };
  }
  if (whole.items) whole = { ...whole, items: resolved(whole.items, document, depth + 1) };
  for (const name of ['oneOf', 'anyOf'] as const) {
    const choices = whole[name];
    if (Array.isArray(choices)) whole = { ...whole, [name]: choices.map((one) => resolved(one, document, depth + 1)) };
  }
  return whole;
}

/** What a local reference points to. */
export function follow(document: unknown, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined;
  return ref
    .slice(2)
    .split('/')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
}

function merged(a: Schema, b: Schema): Schema {
  return {
    ...a,
    ...b,
    ...(a.properties || b.properties ? { properties: { ...a.properties, ...b.properties } } : {}),
    ...(a.required || b.required ? { required: [...(a.required ?? []), ...(b.required ?? [])] } : {}),
  };
}

/** The type of a resolved schema in one word. */
export function typeOf(schema: Schema): string {
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  if (type) return type;
  if (schema.properties) return 'object';
  if (schema.items) return 'array';
  return 'string';
}

/** A value that fits a resolved schema: its own example where it has one. */
export function exampleOf(schema: Schema, depth = 0): unknown {
  if (schema.example !== undefined) return schema.example;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  const choice = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (choice && !schema.properties) return exampleOf(choice, depth + 1);
  switch (typeOf(schema)) {
    case 'object': {
      if (depth > MAX_DEPTH) return {};
      const entries = Object.entries(schema.properties ?? {});
      return Object.fromEntries(entries.map(([name, one]) => [name, exampleOf(one, depth + 1)]));
    }
    case 'array':
      return schema.items && depth < MAX_DEPTH ? [exampleOf(schema.items, depth + 1)] : [];
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return FORMATS[schema.format ?? ''] ?? '';
  }
}

/** Values by the format of a string. */
const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  email: 'someone@example.com',
  uuid: '00000000-0000-4000-8000-000000000000',
  uri: 'https://example.com',
};
