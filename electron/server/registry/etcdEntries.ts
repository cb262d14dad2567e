import { z } from 'zod';
import type { RegistryEndpoint, RegistryNode, RegistryService, RegistryValue } from './registry.ts';

/** What one server says of one node of a service. */
export interface EtcdEntry {
  service: Omit<RegistryService, 'nodes'>;
  node: RegistryNode;
}

const texts = z.record(z.string(), z.string());
const value: z.ZodType<RegistryValue> = z.lazy(() =>
  z.object({ name: z.string(), type: z.string(), values: z.array(value) }),
);
const endpoint: z.ZodType<RegistryEndpoint> = z.object({
  name: z.string(),
  request: value.optional(),
  response: value.optional(),
  metadata: texts,
});
const entry: z.ZodType<EtcdEntry> = z.object({
  service: z.object({ name: z.string().min(1), version: z.string(), metadata: texts, endpoints: z.array(endpoint) }),
  node: z.object({
    id: z.string().min(1),
    address: z.string().min(1),
    port: z.number().int().min(1).max(65535),
    metadata: texts,
  }),
});

/** Where an entry is: the server's id, then the service and the node, each escaped as in a path. */
export function entryKey(server: string, { service, node }: EtcdEntry): string {
  return [server, service.name, node.id].map(encodeURIComponent).join('/');
}

/** The id of the server that a key belongs to. */
export function serverOfKey(key: string): string {
  return decodeURIComponent(key.split('/')[0] ?? '');
}

/** The entry that a value says; undefined when another version, or somebody else, wrote something that is none. */
export function decodeEntry(text: string): EtcdEntry | undefined {
  try {
    return entry.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
