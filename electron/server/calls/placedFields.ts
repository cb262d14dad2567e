import { MicroError } from '../../../shared/contract/errors.ts';
import type { EndpointParameter, ServiceEndpoint } from '../../../shared/contract/gen/calls_pb.ts';
import { nearest } from '../project/nearest.ts';
import { converted } from './fieldValue.ts';

/** Fields where the endpoint wants them; those of the body as values of their types. */
export interface PlacedFields {
  path: Map<string, string>;
  query: [string, string][];
  headers: [string, string][];
  body: Record<string, unknown> | undefined;
}

/** Puts each field into path, query, headers or body. Throws `api.invalid` for one that the endpoint does not have. */
export function placeFields(
  fields: ReadonlyMap<string, string>,
  endpoint: ServiceEndpoint | undefined,
  protocol: 'http' | 'grpc',
  method: string,
): PlacedFields {
  const placed: PlacedFields = { path: new Map(), query: [], headers: [], body: undefined };
  const parameters = endpoint?.parameters ?? [];
  const hasBody = protocol === 'grpc' || !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method);
  for (const [name, value] of fields) {
    const parameter = parameters.find((one) => one.name === name);
    const nested = parameter
      ? undefined
      : parameters.find((one) => one.in === 'body' && name.startsWith(`${one.name}_`));
    if (!parameter && !nested && parameters.length > 0) throw unknownField(name, parameters, endpoint?.name ?? '');
    const where = parameter?.in ?? (nested || hasBody ? 'body' : 'query');
    if (where === 'path') placed.path.set(name, value);
    else if (where === 'query') placed.query.push([name, value]);
    else if (where === 'header') placed.headers.push([name, value]);
    else {
      placed.body ??= {};
      const keys = nested ? [nested.name, name.slice(nested.name.length + 1)] : [name];
      setDeep(placed.body, keys, converted(name, value, parameter?.type ?? ''));
    }
  }
  return placed;
}

function setDeep(target: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  const [first = '', ...rest] = keys;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const object = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  target[first] = object;
  setDeep(object, rest, value);
}

function unknownField(name: string, parameters: readonly EndpointParameter[], endpoint: string): MicroError {
  const names = parameters.map((one) => one.name);
  const near = nearest(name, names);
  return new MicroError('api.invalid', `"${name}" is no field of ${endpoint}`, {
    next: near ? `did you mean "${near}"?` : `its fields: ${names.join(', ')}`,
  });
}
