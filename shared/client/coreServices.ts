import type { MicroClient } from './microClient.ts';

/** Names of the services that are part of micro itself, sorted. */
export async function coreServices(client: Pick<MicroClient, 'registry'>, signal: AbortSignal): Promise<string[]> {
  const { services } = await client.registry.listServices({}, { signal });
  return services
    .filter(({ metadata }) => metadata.kind === 'core')
    .map(({ name }) => name)
    .sort();
}
