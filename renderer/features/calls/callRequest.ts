import type {
  PastCall,
  SavedCall,
  ServiceCallRequest,
  ServiceEndpoint,
} from '../../../shared/contract/gen/calls_pb.ts';
import { type CallDraft, makeDraft } from '../../state/callDraft.ts';
import { findJsonError } from '../../ui/jsonError.ts';

/** Methods offered; any other can be typed. */
export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

/** Methods whose calls have no body. */
const withoutBody: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Whether a call of this method can carry a body. */
export function takesBody(method: string): boolean {
  return !withoutBody.has(method.toUpperCase());
}

/** A draft as the server takes it. Fields that are empty are left out: an empty text is given in the body or the path. */
export function requestOf(
  draft: CallDraft,
  timeoutMs: number,
): Pick<ServiceCallRequest, 'service' | 'endpoint' | 'method' | 'path' | 'headers' | 'fields' | 'body' | 'timeoutMs'> {
  const isGrpc = draft.method === '';
  const fields = Object.fromEntries(Object.entries(draft.fields).filter(([, value]) => value !== ''));
  return {
    service: draft.service,
    endpoint: draft.endpoint,
    method: draft.method,
    path: isGrpc ? '' : draft.path,
    headers: draft.headers
      .filter(({ name }) => name.trim() !== '')
      .map(({ name, value }) => ({ name, value })) as ServiceCallRequest['headers'],
    fields,
    body: isGrpc || takesBody(draft.method) ? new TextEncoder().encode(draft.body) : new Uint8Array(),
    timeoutMs,
  };
}

/** The draft with another service: what was said of an endpoint of the one before says nothing to it. */
export function draftOfService(service: string, before: CallDraft): CallDraft {
  if (before.service === service) return before;
  const wasFree = before.endpoint === '' && before.method !== '';
  return makeDraft({
    service,
    headers: before.headers,
    ...(wasFree ? { method: before.method, path: before.path, body: before.body } : {}),
  });
}

/** The draft that an endpoint asks for: its method and path, a field for each parameter, an example of its body. */
export function draftOfEndpoint(service: string, endpoint: ServiceEndpoint, before: CallDraft): CallDraft {
  const isSame = before.service === service && before.endpoint === endpoint.name;
  if (isSame) return before;
  return makeDraft({
    service,
    endpoint: endpoint.name,
    method: endpoint.protocol === 'grpc' ? '' : endpoint.method || 'GET',
    path: endpoint.path,
    headers: before.service === service ? before.headers : [],
    fields: Object.fromEntries(formParameters(endpoint).map(({ name, example }) => [name, wordOf(example)])),
    body: endpoint.example,
  });
}

/** Parameters that have a field in the form; those of the body stand in the body itself when it has an example. */
export function formParameters(endpoint: ServiceEndpoint): ServiceEndpoint['parameters'] {
  return endpoint.example === ''
    ? endpoint.parameters
    : endpoint.parameters.filter((parameter) => parameter.in !== 'body');
}

/** An example, JSON text, as it is typed into a field. */
function wordOf(json: string): string {
  if (json === '') return '';
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : json;
  } catch {
    return json;
  }
}

/** The path of a call that was kept; of gRPC it is the method's own: `/shop.Orders/Place` of `shop.Orders.Place`. */
function keptPath({ method, endpoint, path }: Pick<CallDraft, 'method' | 'endpoint' | 'path'>): string {
  if (path !== '') return path;
  const parts = method === '' ? /^([\w.]+)\.(\w+)$/.exec(endpoint) : null;
  return parts ? `/${parts[1]}/${parts[2]}` : '/';
}

/** A call of the history as a draft. */
export function draftOfPast({ request }: PastCall): CallDraft {
  if (!request) return makeDraft();
  return makeDraft({
    service: request.service,
    endpoint: request.endpoint,
    method: request.method,
    path: keptPath(request),
    headers: request.headers.map(({ name, value }) => ({ name, value })),
    fields: { ...request.fields },
    body: new TextDecoder().decode(request.body),
  });
}

/** A saved call as a draft. */
export function draftOfSaved(call: SavedCall): CallDraft {
  return makeDraft({
    service: call.service,
    endpoint: call.endpoint,
    method: call.method || (call.endpoint === '' ? 'GET' : ''),
    path: keptPath(call),
    headers: call.headers.map(({ name, value }) => ({ name, value })),
    fields: { ...call.fields },
    body: call.body,
  });
}

/** What a call is called in lists: `POST /orders`, or the endpoint. */
export function callTitle({
  endpoint,
  method,
  path,
  fields,
}: Pick<CallDraft, 'endpoint' | 'method' | 'path' | 'fields'>): string {
  if (method === '' && endpoint !== '') return endpoint;
  // Calls of one endpoint differ by what was filled in.
  const filled = path.replace(/\{([^{}]+)\}/g, (place, name: string) => fields[name] || place);
  return `${method || 'GET'} ${filled || '/'}`;
}

/** Where a text is no JSON; undefined when it is, or when it does not look like JSON at all. */
export function jsonProblem(text: string): string | undefined {
  const start = text.trimStart()[0];
  if (start !== '{' && start !== '[') return undefined;
  const error = findJsonError(text);
  if (!error) return undefined;
  const before = text.slice(0, error.position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: expected ${error.expected}`;
}

/** JSON with two spaces a level; a text that is none stays as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
