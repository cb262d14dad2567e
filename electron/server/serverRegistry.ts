import { randomUUID } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Service, ServerMember } from '../../shared/contract/gen/state_pb.ts';
import { systemClock } from './base/clock.ts';
import { errorText, type Logger } from './base/logger.ts';
import type { EngineAddresses } from './engineAddresses.ts';
import { type EngineState, localEngine, sayEngine } from './host/engineState.ts';
import { EtcdLink } from './host/etcdLink.ts';
import { etcdSettings } from './host/etcdSettings.ts';
import { Archives } from './placement/archives.ts';
import { bundledGuardian, Guardian } from './placement/guardian.ts';
import { memberMessages } from './placement/memberMessages.ts';
import { Members } from './placement/members.ts';
import { placedServices } from './placement/placedServices.ts';
import { Placement } from './placement/placement.ts';
import { SharedUploads } from './placement/sharedUploads.ts';
import { EtcdRegistry } from './registry/etcdRegistry.ts';
import type { MemoryRegistry } from './registry/memoryRegistry.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { StartPermit } from './runtime/startPermit.ts';
import type { Store } from './store/store.ts';
import { Uploads } from './uploads/uploads.ts';

/** What joins a server with the others of its environment: who is up, and which of them runs what was sent. */
export interface ServerRegistry {
  /** How etcd is; `memory` without one. */
  engine(): EngineState;
  start(): Promise<void>;
  /** Projects of other machines; where servers share an environment, each of them can run one. */
  readonly uploads: Pick<Uploads, 'take'>;
  /** Undefined: this server alone decides what it starts. */
  readonly permit: StartPermit | undefined;
  /** The runtime has brought back what was there: what nobody runs is taken over from now on. */
  follow(): void;
  /** The servers of the environment, and what runs on the others. Empty without an etcd. */
  servers(): ServerMember[];
  elsewhere(): Service[];
  /** The server is about to end: what it runs is left to others. */
  leave(): void;
  /** Takes out what this server registered. */
  stop(): Promise<void>;
}

/** What {@link createServerRegistry} works with. */
export interface ServerRegistryOptions {
  home: string;
  version: string;
  local: MemoryRegistry;
  engines: EngineAddresses;
  records: Store;
  runtime: () => Runtime;
  /** Something else than servers decides where services run. */
  isPlaced: boolean;
  logger: Logger;
}

/** Joins `local` with others when the addresses name an etcd. Throws `engine.invalid-address`. */
export function createServerRegistry(options: ServerRegistryOptions): ServerRegistry {
  const { engines, home, local, logger } = options;
  const root = join(home, 'uploads');
  const uploads = new Uploads(root);
  const recoverUploads = (): Promise<void> =>
    uploads.recover().catch((error: unknown) => {
      logger.error('what was sent here while the server was killed could not be put in place', {
        error: errorText(error),
      });
    });
  if (engines.registry === undefined)
    return {
      engine: () => localEngine('registry', 'memory'),
      uploads,
      permit: undefined,
      servers: () => [],
      elsewhere: () => [],
      start: recoverUploads,
      follow() {},
      leave() {},
      async stop() {},
    };
  const link = new EtcdLink({
    settings: etcdSettings(engines.registry),
    clock: systemClock,
    handleEngine: sayEngine(logger),
  });
  const { advertise = ownAddress(), name = hostname() } = engines;
  const self = { id: randomUUID(), name, host: advertise, version: options.version, since: Date.now() };
  const registry = new EtcdRegistry({ link, advertise, server: self.id, local, logger });
  // Without a store that all share, no other server could get the files of a project.
  const isMovable = engines.store !== undefined && !options.isPlaced;
  const shared = new SharedUploads(root, uploads, new Archives(options.records));
  const placement = isMovable
    ? new Placement({
        link,
        self,
        runtime: options.runtime,
        uploads: shared,
        guardian: new Guardian(bundledGuardian(), home, logger),
        clock: systemClock,
        logger,
      })
    : undefined;
  const members = placement?.members ?? new Members(link, self);
  return {
    engine: () => link.state,
    permit: placement,
    uploads: placement
      ? {
          take: async (upload, content) => {
            placement.checkUpload(upload);
            return shared.take(upload, content, () => placement.noteUpload(upload));
          },
        }
      : uploads,
    async start() {
      logger.info(`other servers reach services of this one at ${advertise}`);
      await recoverUploads();
      if (placement) await shared.load();
      await link.start();
    },
    follow: () => placement?.start(),
    servers: () => memberMessages(members, self.id),
    elsewhere: () =>
      placedServices({
        self: self.id,
        services: local.list(),
        claims: placement?.claims.all ?? new Map(),
        records: placement?.records.all ?? new Map(),
        held: placement?.holding ?? new Set(),
        isAway: link.session === undefined,
        nameOf: (id) => members.nameOf(id),
      }),
    leave: () => placement?.leave(),
    async stop() {
      await link.stop();
      placement?.dispose();
      registry.dispose();
    },
  };
}

/** The first address of this machine that is not its own alone. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
