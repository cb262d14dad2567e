import { create } from '@bufbuild/protobuf';
import {
  EndpointParameterSchema,
  type ServiceEndpoint,
  ServiceEndpointSchema,
} from '../../../shared/contract/gen/calls_pb.ts';
import type { Call } from '../traffic/call.ts';

/** Endpoints of this kind that are listed, those that were called most. */
const MAX_ENDPOINTS = 100;

/** Segments of a path that are ids: numbers, UUIDs, long hex. */
const ID = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,})$/i;

/** What a service was called by, as endpoints; ids in paths become parameters. Calls that found nothing (404) say nothing. */
export function seenEndpoints(calls: Iterable<Call>): ServiceEndpoint[] {
  const counts = new Map<string, { method: string; path: string; query: Set<string>; count: number }>();
  const ofGrpc = new Map<string, ServiceEndpoint>();
  for (const call of calls) {
    if (call.kind === 'grpc') {
      takeGrpc(call, ofGrpc);
      continue;
    }
    if (call.status === 404 || call.status === 405 || call.status === 0) continue;
    const [path = '/', query = ''] = call.path.split('?', 2);
    const template = templateOf(path);
    const key = `${call.method} ${template}`;
    const seen = counts.get(key) ?? { method: call.method, path: template, query: new Set(), count: 0 };
    seen.count++;
    for (const name of new URLSearchParams(query).keys()) if (seen.query.size < 20) seen.query.add(name);
    counts.set(key, seen);
  }
  const ofHttp = [...counts.entries()]
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, MAX_ENDPOINTS)
    .map(([name, { method, path, query }]) =>
      create(ServiceEndpointSchema, {
        name,
        protocol: 'http',
        method,
        path,
        description: 'seen in traffic',
        parameters: [
          ...[...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter]) => ({ name: parameter as string, in: 'path' })),
          ...[...query].map((parameter) => ({ name: parameter, in: 'query' })),
        ].map((one) => create(EndpointParameterSchema, { ...one, type: 'string', required: one.in === 'path' })),
        source: 'traffic',
      }),
    );
  return [...ofHttp, ...ofGrpc.values()];
}

/** A method of gRPC that was called in JSON can be called so again, whether or not the service describes it. */
function takeGrpc({ path, body }: Call, found: Map<string, ServiceEndpoint>): void {
  const isJson = body !== undefined && /^application\/(?:json|grpc[\w-]*\+json)/.test(body.contentType);
  if (!isJson || found.has(path) || found.size >= MAX_ENDPOINTS) return;
  const name = path.slice(1).replace('/', '.');
  found.set(
    path,
    create(ServiceEndpointSchema, { name, protocol: 'grpc', path, description: 'seen in traffic', source: 'traffic' }),
  );
}

function templateOf(path: string): string {
  let ids = 0;
  return path
    .split('/')
    .map((segment) => (ID.test(segment) ? (++ids === 1 ? '{id}' : `{id${ids}}`) : segment))
    .join('/');
}
