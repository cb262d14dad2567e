import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import type { JsonSchema } from './schema.ts';

/** A type as micro's registry describes it. */
export interface TypeTree {
  name: string;
  type: string;
  values: TypeTree[];
}

/** What a service offers under one name. */
export interface Endpoint {
  /** `Handler.Method` */
  name: string;
  request: TypeTree;
  response: TypeTree;
  metadata: Record<string, string>;
}

/** Levels of a type that are described; a type may contain itself. */
const MAX_DEPTH = 6;

/** `order-items` as `OrderItems`: the handler that is meant when an endpoint names none. */
export function camel(name: string): string {
  return name.replace(/(?:^|[-_.])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `Handler.Method` of a name that may be the method alone. Throws when the gateway could not find it under that name. */
export function endpointName(service: string, name: string): string {
  const whole = name.includes('.') ? name : `${camel(service)}.${name}`;
  if (/^[A-Z]\w*\.[A-Z]\w*$/.test(whole)) return whole;
  throw new TypeError(
    `"${name}" cannot be the name of an endpoint: write Method or Handler.Method, each with a capital`,
  );
}

/** A JSON Schema as micro's tree of types. */
export function treeOfSchema(name: string, schema: JsonSchema, depth = 0): TypeTree {
  if (schema.type === 'array') {
    const item = treeOfSchema(name, schema.items ?? {}, depth + 1);
    return { name, type: `[]${item.type}`, values: item.values };
  }
  if (schema.type === 'object' && depth < MAX_DEPTH) {
    const values = Object.entries(schema.properties ?? {}).map(([key, one]) => treeOfSchema(key, one, depth + 1));
    return { name, type: values.length > 0 ? camel(name) : 'map[string]string', values };
  }
  return { name, type: PLAIN[schema.type ?? ''] ?? 'string', values: [] };
}

const PLAIN: Readonly<Record<string, string>> = {
  boolean: 'bool',
  integer: 'int64',
  number: 'float64',
  object: 'map[string]string',
};

/** A message of protobuf as micro's tree of types. */
export function treeOfMessage(name: string, message: DescMessage, depth = 0): TypeTree {
  const values = depth < MAX_DEPTH ? message.fields.map((field) => treeOfField(field, depth + 1)) : [];
  return { name, type: message.name, values };
}

function treeOfField(field: DescField, depth: number): TypeTree {
  const name = field.jsonName;
  if (field.fieldKind === 'map') return { name, type: 'map[string]string', values: [] };
  const one = field.message
    ? treeOfMessage(name, field.message, depth)
    : { name, type: field.scalar === undefined ? 'string' : scalarName(field.scalar), values: [] };
  return field.fieldKind === 'list' ? { ...one, type: `[]${one.type}` } : one;
}

function scalarName(scalar: ScalarType): string {
  switch (scalar) {
    case ScalarType.BOOL:
      return 'bool';
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 'string';
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return 'float64';
    default:
      return 'int64';
  }
}
