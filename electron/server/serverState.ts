import { join } from 'node:path';
import { systemClock } from './base/clock.ts';
import type { Config } from './config/config.ts';
import { SecretBox } from './config/secretBox.ts';
import { readSecretKey } from './config/secretKey.ts';
import { StoredConfig } from './config/storedConfig.ts';
import { configDocuments } from './configDocuments.ts';
import type { Blobs } from './store/blobs.ts';
import { DeferredBlobs } from './store/deferredBlobs.ts';
import { DeferredStore } from './store/deferredStore.ts';
import { openFileBlobs, openFileStore } from './store/openStore.ts';
import type { Store } from './store/store.ts';

/** What a server keeps for services and for itself. */
export interface ServerState {
  records: Store;
  blobs: Blobs;
  /** A table of the records. */
  config: Config;
  close(): Promise<void>;
}

/** Makes the state of a server in its MICRO_HOME; nothing is opened before it is used. */
export function createServerState(home: string): ServerState {
  const records = new DeferredStore(() => openFileStore(join(home, 'store'), systemClock));
  const blobs = new DeferredBlobs(() => openFileBlobs(join(home, 'blobs'), systemClock));
  const config = new StoredConfig(
    configDocuments(records),
    async () => new SecretBox(await readSecretKey(join(home, 'secret.key'))),
    systemClock,
  );
  return {
    records,
    blobs,
    config,
    async close() {
      await blobs.close();
      await records.close();
    },
  };
}
