import { join } from 'node:path';
import { Admission } from '../../electron/server/api/http/admission.ts';
import type { Credentials } from '../../electron/server/api/http/credentials.ts';
import { AuditLog } from '../../electron/server/auth/auditLog.ts';
import { Authority } from '../../electron/server/auth/authority.ts';
import { authRecords } from '../../electron/server/authRecords.ts';
import { type Clock, systemClock } from '../../electron/server/base/clock.ts';
import { silentLogger } from '../../electron/server/base/logger.ts';
import { openMemoryStore } from '../../electron/server/store/openStore.ts';
import type { Store } from '../../electron/server/store/store.ts';

/** An authority over a store, with its files in a folder. */
export function authorityOver(
  store: Store,
  folder: string,
  { clock = systemClock, credentials }: { clock?: Clock; credentials?: Pick<Credentials, 'serviceOfToken'> } = {},
): Authority {
  return new Authority({
    records: authRecords(store),
    keyFile: join(folder, 'auth.key'),
    audit: new AuditLog(join(folder, 'audit.jsonl'), clock, silentLogger),
    clock,
    serviceOfToken: (token) => credentials?.serviceOfToken(token),
  });
}

/** An admission over no accounts, for tests that are about something else. */
export function admissionOver(credentials: Credentials, folder: string): Admission {
  return new Admission(credentials, authorityOver(openMemoryStore(systemClock), folder, { credentials }));
}
