import { randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { systemClock } from './base/clock.ts';
import type { Logger } from './base/logger.ts';
import type { EngineAddresses } from './engineAddresses.ts';
import { type EngineState, localEngine, sayEngine } from './host/engineState.ts';
import { EtcdRegistry } from './registry/etcdRegistry.ts';
import type { MemoryRegistry } from './registry/memoryRegistry.ts';

/** What joins the registry of a server with those of others. */
export interface ServerRegistry {
  /** How etcd is; `memory` without one. */
  engine(): EngineState;
  start(): Promise<void>;
  /** Takes out what this server registered. */
  stop(): Promise<void>;
}

/** Joins `local` with others when the addresses name an etcd. Throws `engine.invalid-address`. */
export function createServerRegistry(
  local: MemoryRegistry,
  { registry, advertise = ownAddress() }: EngineAddresses,
  logger: Logger,
): ServerRegistry {
  if (registry === undefined)
    return { engine: () => localEngine('registry', 'memory'), async start() {}, async stop() {} };
  const shared = new EtcdRegistry({
    address: registry,
    advertise,
    server: randomUUID(),
    local,
    clock: systemClock,
    logger,
    handleEngine: sayEngine(logger),
  });
  return {
    engine: () => shared.state,
    async start() {
      logger.info(`other servers reach services of this one at ${advertise}`);
      await shared.start();
    },
    stop: () => shared.stop(),
  };
}

/** The first address of this machine that is not its own alone. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
