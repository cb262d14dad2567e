import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import { maskAddress } from '../../../../shared/lib/addressSecrets.ts';
import { type EngineState, EngineWatch } from '../../host/engineState.ts';
import { PostgresLink } from '../../host/postgresLink.ts';
import { postgresSettings } from '../../host/postgresSettings.ts';
import type { Store } from '../store.ts';
import { PostgresStore } from './postgresStore.ts';
import { checkForm, checkSchema, schemaStatements } from './schema.ts';
import { channelOf, quoted } from './schemaNames.ts';

/** The schema of the tables, where the address says none by `?schema=`. */
const USUAL_SCHEMA = 'micro';

/** How to open a store in Postgres. */
export interface OpenPostgresOptions {
  /** `postgres://[user@]host[:port]/database[?schema=name]`; a password may also come by PGPASSWORD or ~/.pgpass. */
  address: string;
  clock: Clock;
  /** Lives are measured by the database's clock, so that servers whose clocks differ agree. False: by `clock`. */
  followDatabase?: boolean;
  /** Told how the database is; made by `postgresWatch`. */
  watch?: EngineWatch | undefined;
}

/** A store that other servers may have open too, with how its database is. */
export type SharedStore = Store & { readonly state: EngineState };

/** What is read once, when the store is opened. */
interface About {
  form: string;
  reached: number;
  revision: number;
  time: number;
}

/** What is known of the database of a store, before it is opened and while it is open. */
export function postgresWatch(address: string, handleChange?: (state: EngineState) => void): EngineWatch {
  return new EngineWatch('store', 'postgres', maskAddress(address), handleChange);
}

/** Opens the store, making its tables where they are missing. Rejects with an `engine.*` code when it cannot be reached. */
export async function openPostgresStore(options: OpenPostgresOptions): Promise<SharedStore> {
  const settings = postgresSettings(options.address);
  const schema = checkSchema(settings.parameter('schema') ?? USUAL_SCHEMA);
  const watch = options.watch ?? postgresWatch(options.address);
  let store: PostgresStore | undefined;
  const link = await PostgresLink.open({
    settings,
    clock: systemClock,
    channel: channelOf(schema),
    watch,
    handleNotification: (payload) => store?.handleNotification(payload),
    handleListening: async (query) => store?.handleListening(query),
  });
  try {
    await link.transaction((client) => client.query(schemaStatements(schema)));
    const before = systemClock.now();
    const [about] = await link.read<{ [Name in keyof About]: About[Name] }>({
      text: `SELECT form::text, reached, (SELECT CASE WHEN is_called THEN last_value ELSE 0 END::float8 FROM ${quoted(schema)}.revision) AS revision,
        extract(epoch FROM clock_timestamp())::float8 * 1000 AS time FROM ${quoted(schema)}.about`,
    });
    checkForm(about?.form, settings.shown);
    const offsetMs = options.followDatabase === false ? 0 : (about?.time ?? 0) - (before + systemClock.now()) / 2;
    store = new PostgresStore({
      schema: quoted(schema),
      clock: { ...clockFunctions(options.clock), now: () => options.clock.now() + offsetMs },
      reachedMs: about?.reached ?? 0,
      revision: about?.revision ?? 0,
      state: () => watch.state,
    });
    await store.start(link);
    return store;
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** A clock may be an object of a class, whose methods are not its own. */
function clockFunctions(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    setInterval: (callback, periodMs) => clock.setInterval(callback, periodMs),
  };
}
