import { join } from 'node:path';
import { MicroError } from '../../shared/contract/errors.ts';
import { systemClock } from './base/clock.ts';
import type { Disposable } from './base/lifecycle.ts';
import { errorText, type Logger } from './base/logger.ts';
import type { Config } from './config/config.ts';
import { KeyKeeper } from './config/keyKeeper.ts';
import { SecretBox } from './config/secretBox.ts';
import { StoredConfig } from './config/storedConfig.ts';
import { configDocuments, documentOfChange } from './configDocuments.ts';
import { type EngineState, localEngine, sayEngine } from './host/engineState.ts';
import type { Blobs } from './store/blobs.ts';
import { DeferredBlobs } from './store/deferredBlobs.ts';
import { DeferredStore } from './store/deferredStore.ts';
import { openFileBlobs, openFileStore } from './store/openStore.ts';
import { openPostgresStore, postgresWatch } from './store/postgres/openPostgresStore.ts';
import type { Store } from './store/store.ts';

/** What a server keeps for services and for itself. */
export interface ServerState {
  records: Store;
  blobs: Blobs;
  /** A table of the records. */
  config: Config;
  /** The key of its secrets. */
  key: KeyKeeper;
  /** How the database is that the records are in; `file` without one. */
  engine(): EngineState;
  /**
   * Opens the records when they are shared, so that an address or a password that is wrong is told at the start. A database
   * that is away is no reason not to start: it may come back.
   */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What the state is made of. */
export interface ServerStateOptions {
  /** MICRO_HOME. */
  home: string;
  /** Address of a Postgres for the records; undefined: a file of MICRO_HOME. */
  store: string | undefined;
  /** ms that secrets wait for the app to open their key. */
  awaitKeyMs: number;
  logger: Logger;
}

/** ms between attempts to open records whose database was away at the start. */
const OPEN_EVERY_MS = 2_000;

/** Makes the state of a server; nothing is opened before it is used or started. */
export function createServerState({ home, store, awaitKeyMs, logger }: ServerStateOptions): ServerState {
  const watch = store === undefined ? undefined : postgresWatch(store, sayEngine(logger));
  const records = new DeferredStore(() =>
    store === undefined
      ? openFileStore(join(home, 'store'), systemClock)
      : openPostgresStore({ address: store, clock: systemClock, watch }),
  );
  const blobs = new DeferredBlobs(() => openFileBlobs(join(home, 'blobs'), systemClock));
  const key = new KeyKeeper({ home, waitMs: awaitKeyMs, clock: systemClock });
  const config = new StoredConfig(configDocuments(records), async () => new SecretBox(await key.key()), systemClock);
  let retry: Disposable | undefined;
  return {
    records,
    blobs,
    config,
    key,
    engine: () => watch?.state ?? localEngine('store', 'file'),
    async start() {
      if (store === undefined) return;
      // What other servers set is as good as what is set here.
      records.onDidChange((change) => {
        const namespace = documentOfChange(change);
        if (namespace === undefined) return;
        config.handleStored(namespace).catch((error: unknown) => logger.warn(`config: ${errorText(error)}`));
      });
      await records.databases().catch((error: unknown) => {
        if (!(error instanceof MicroError && error.code === 'engine.unavailable')) throw error;
        retry = systemClock.setInterval(() => {
          records.databases().then(
            () => retry?.dispose(),
            () => {},
          );
        }, OPEN_EVERY_MS);
      });
    },
    async close() {
      retry?.dispose();
      await blobs.close();
      await records.close();
    },
  };
}
