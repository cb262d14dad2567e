import type { EndpointParameter, ServiceEndpoint } from '../../../shared/contract/gen/calls_pb.ts';

/** Parameters that stand in the body of an endpoint with an example, and so are edited there, by form or as text. */
export function bodyParameters({ example, parameters }: ServiceEndpoint): EndpointParameter[] {
  if (example === '') return [];
  const others = new Set(parameters.filter((one) => one.in !== 'body').map(({ name }) => name));
  return parameters.filter((one) => one.in === 'body' && !others.has(one.name));
}

/** What a body says for each parameter, as it is typed into a field; undefined when the body is no JSON object. */
export function valuesOfBody(
  body: string,
  parameters: readonly EndpointParameter[],
): Record<string, string> | undefined {
  const object = objectOf(body);
  if (!object) return undefined;
  return Object.fromEntries(
    parameters.map(({ name }) => {
      const value = object[name];
      return [name, value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );
}

/** A body with a parameter set to what was typed; an empty text takes it out, unless it is a text itself. */
export function withBodyValue(body: string, { name, type }: EndpointParameter, text: string): string {
  const object = objectOf(body);
  if (!object) return body;
  const value = valueOf(text, type);
  if (value === undefined) delete object[name];
  else object[name] = value;
  return JSON.stringify(object, null, 2);
}

/** What is half typed stays a text: the service says what is wrong with it. */
function valueOf(text: string, type: string): unknown {
  switch (type) {
    case '':
    case 'string':
      return text;
    case 'integer':
    case 'number':
      if (text === '') return undefined;
      return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return text === '' ? undefined : text === 'true' ? true : text === 'false' ? false : text;
    default:
      try {
        return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
      } catch {
        return text;
      }
  }
}

function objectOf(body: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(body.trim() === '' ? '{}' : body) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
