import { join } from 'node:path';
import type { Credentials } from './api/http/credentials.ts';
import { AuditLog } from './auth/auditLog.ts';
import { Authority } from './auth/authority.ts';
import { authRecords } from './authRecords.ts';
import { systemClock } from './base/clock.ts';
import { errorText, type Logger } from './base/logger.ts';
import type { SettingsFile } from './settings/settingsFile.ts';
import type { Store } from './store/store.ts';

/** The authority of a server: records in its store, the key and the record of refusals as files of MICRO_HOME. */
export function createAuthority(
  home: string,
  store: Store,
  logger: Logger,
  credentials: Pick<Credentials, 'serviceOfToken'>,
): Authority {
  return new Authority({
    records: authRecords(store),
    keyFile: join(home, 'auth.key'),
    audit: new AuditLog(join(home, 'audit.jsonl'), systemClock, logger),
    clock: systemClock,
    serviceOfToken: (token) => credentials.serviceOfToken(token),
  });
}

/** Switches it on when settings.json says so, and whenever that is changed there; for good when the host wants it. */
export async function followAuthSetting(authority: Authority, settings: SettingsFile, always: boolean): Promise<void> {
  authority.enabled = always || (await settings.read()).settings.auth.enabled;
  settings.onDidChange(({ auth }) => {
    authority.enabled = always || auth.enabled;
  });
}

/** Sees that a service that starts has an account of its own. It may start before that is written. */
export function keepServiceAccount(authority: Authority, service: string, logger: Logger): void {
  authority.ensureServiceAccount(service).catch((error: unknown) => {
    logger.error(`the account of the service ${service} cannot be made: ${errorText(error)}`);
  });
}
