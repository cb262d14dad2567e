import { isLoopbackHost } from './route.ts';

/**
 * The origin of a request's page when it is one of this machine: a front end in development, on whatever port. Such pages
 * may read what services answer, as with micro's gateway. Pages of strangers may only when the service itself says so:
 * what runs on a developer's machine is nobody else's business.
 */
export function localOrigin(origin: string | undefined): string | undefined {
  const host = /^https?:\/\/([^/]+)$/i.exec(origin ?? '')?.[1];
  return host !== undefined && isLoopbackHost(host) ? origin : undefined;
}

/** Headers that let a page of this origin read an answer, as a flat list. */
export function corsHeaders(origin: string): string[] {
  return [
    ...['Access-Control-Allow-Origin', origin],
    ...['Access-Control-Allow-Credentials', 'true'],
    ...['Access-Control-Expose-Headers', 'grpc-status, grpc-message, grpc-status-details-bin'],
    ...['Vary', 'Origin'],
  ];
}

/** Headers of the answer to a preflight: what it asks for is allowed. */
export function preflightHeaders(origin: string, wantedHeaders: string | undefined): string[] {
  return [
    ...corsHeaders(origin),
    ...['Access-Control-Allow-Methods', 'POST, PATCH, GET, OPTIONS, PUT, DELETE, HEAD'],
    ...['Access-Control-Allow-Headers', wantedHeaders ?? 'Authorization, Content-Type, Micro-Namespace'],
    ...['Access-Control-Max-Age', '600'],
  ];
}

/** A flat list of names and values as pairs. */
export function pairs(flat: readonly string[]): [string, string][] {
  const out: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) out.push([flat[i] as string, flat[i + 1] as string]);
  return out;
}
