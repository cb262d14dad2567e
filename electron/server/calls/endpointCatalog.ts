import type { DescService } from '@bufbuild/protobuf';
import type { ServiceEndpoint } from '../../../shared/contract/gen/calls_pb.ts';
import type { Clock } from '../base/clock.ts';
import { CORE_KIND, type Registry, type RegistryNode } from '../registry/registry.ts';
import type { Call } from '../traffic/call.ts';
import { coreEndpoints } from './coreEndpoints.ts';
import { reflect } from './grpcReflection.ts';
import type { Offer } from './offer.ts';
import { OPENAPI_PATHS, parseOpenApi } from './openApi.ts';
import { registryEndpoints } from './registryEndpoints.ts';
import { seenEndpoints } from './seenEndpoints.ts';

/** ms that what a service said of itself is used again; asking makes lines in its log. */
const CACHE_MS = 60_000;

/** ms that a service has for one document. */
const FETCH_TIMEOUT_MS = 2000;

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Services whose answers are kept. */
const MAX_CACHED = 200;

/** Collaborators of {@link EndpointCatalog}. */
export interface EndpointCatalogOptions {
  registry: Pick<Registry, 'get'>;
  /** Calls to the service that were seen, newest first. */
  seen(service: string): Iterable<Call>;
  /** Services of the contract: what micro itself offers. */
  contract: readonly DescService[];
  clock: Clock;
}

interface Asked {
  at: number;
  node: string;
  offer: Promise<Offer>;
}

/** Finds out what services offer: from the registry, their OpenAPI documents, gRPC reflection, and calls that were seen. */
export class EndpointCatalog {
  private readonly asked = new Map<string, Asked>();

  constructor(private readonly options: EndpointCatalogOptions) {}

  /** Every endpoint once, by the source that knows most of it. */
  async endpoints(service: string, refresh: boolean): Promise<Offer> {
    const known = this.options.registry.get(service);
    // micro itself has said everything in its contract.
    if (known?.metadata.kind === CORE_KIND) return coreEndpoints(this.options.contract, service);
    const registered = known ? registryEndpoints(known) : [];
    // A service that registered its endpoints with their schemas has said everything.
    const hasSaid = known?.endpoints.some(({ metadata }) => metadata.requestSchema !== undefined) === true;
    const told = hasSaid ? { endpoints: [], notes: [] } : await this.ask(service, known?.nodes[0], refresh);
    const all = [...registered, ...told.endpoints, ...seenEndpoints(this.options.seen(service))];
    const unique = new Map<string, ServiceEndpoint>();
    for (const endpoint of all) {
      const key = `${endpoint.method} ${endpoint.path.replace(/\{[^}]*\}/g, '{}')}`;
      if (!unique.has(key)) unique.set(key, endpoint);
    }
    return { ...told, endpoints: [...unique.values()] };
  }

  private ask(service: string, node: RegistryNode | undefined, refresh: boolean): Promise<Offer> {
    if (!node) return Promise.resolve({ endpoints: [], notes: ['the service has no ready instance to ask'] });
    const now = this.options.clock.monotonic();
    const last = this.asked.get(service);
    if (last && !refresh && last.node === node.id && now - last.at < CACHE_MS) return last.offer;
    const offer = this.askNode(node);
    this.asked.delete(service);
    this.asked.set(service, { at: now, node: node.id, offer });
    if (this.asked.size > MAX_CACHED) this.asked.delete(this.asked.keys().next().value as string);
    return offer;
  }

  /** What a service of gRPC says of itself; why not, when it does not. */
  private async reflected(node: RegistryNode): Promise<Offer> {
    try {
      const { endpoints, registry } = await reflect(node);
      return { endpoints, notes: [], types: registry };
    } catch (error) {
      return { endpoints: [], notes: [`no description by gRPC reflection: ${(error as Error).message}`] };
    }
  }

  private async askNode(node: RegistryNode): Promise<Offer> {
    if (node.metadata.protocol === 'grpc') return this.reflected(node);
    // Straight to the node: these are not calls that somebody made, so they are neither counted nor traced.
    for (const path of OPENAPI_PATHS) {
      const url = `http://${node.address}:${node.port}${path}`;
      try {
        const text = await fetchText(url);
        const endpoints = text === undefined ? undefined : parseOpenApi(text);
        if (endpoints) return { endpoints, notes: [] };
      } catch (error) {
        // One that speaks gRPC breaks a connection in HTTP/1.1; the others would log an odd request if asked in gRPC.
        // One under load does so too late to be noticed in time.
        const { name } = error as Error;
        if (path === OPENAPI_PATHS[0] && (name === 'TypeError' || name === 'TimeoutError')) return this.reflected(node);
        return { endpoints: [], notes: [`${path}: ${(error as Error).message}`] };
      }
    }
    return { endpoints: [], notes: [`no OpenAPI document at ${OPENAPI_PATHS.join(', ')}`] };
  }
}

/** The body of a document, or undefined when there is none. Rejects when the service does not answer. */
async function fetchText(url: string): Promise<string | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'manual' });
  const length = Number(response.headers.get('content-length') ?? 0);
  if (response.status !== 200 || length > MAX_DOCUMENT_BYTES) {
    await response.body?.cancel();
    return undefined;
  }
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_DOCUMENT_BYTES) throw new Error('the document is too large');
  }
  return text + decoder.decode();
}
