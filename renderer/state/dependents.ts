import type { Service } from '../../shared/contract/gen/state_pb.ts';

/** Names of everything that needs a service, directly or through others, nearest first. */
export function dependentsOf(name: string, services: ReadonlyMap<string, Service>): string[] {
  const found = new Set<string>();
  const queue = [name];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const service of services.values()) {
      if (service.name === name || found.has(service.name)) continue;
      if (!service.dependsOn.some((dependency) => dependency.service === at)) continue;
      found.add(service.name);
      queue.push(service.name);
    }
  }
  return [...found];
}
