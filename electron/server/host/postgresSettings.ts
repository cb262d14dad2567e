import type { ClientConfig } from 'pg';
import type { ConnectionOptions } from 'node:tls';
import { MicroError } from '../../../shared/contract/errors.ts';
import { parseEngineAddress } from './engineAddress.ts';
import { readLoginFile } from './loginFile.ts';

/** Schemes of addresses that this is for. */
const SCHEMES = ['postgres', 'postgresql'];
/** How sure a connection has to be of the database. libpq's `allow` and `prefer` would send a password to anybody. */
const MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

/** Where a Postgres is and how to log in. */
export interface PostgresSettings {
  /** For people and logs: without the password. */
  shown: string;
  /** What the address says beside what is the database's own, e.g. `schema`. */
  parameter(name: string): string | null;
  /** What is said to the client. Reads the files that address and environment name. */
  login(): Promise<Pick<ClientConfig, 'connectionString' | 'ssl'>>;
}

/**
 * Takes `postgres://[user[:password]@]host[:port]/database[?schema=…&sslmode=…&sslrootcert=…]` apart. Who we are may also come
 * by the variables of libpq: the client reads PGUSER, PGPASSWORD and ~/.pgpass, this PGSSLMODE, PGSSLROOTCERT, PGSSLCERT and
 * PGSSLKEY. Throws `engine.invalid-address`.
 */
export function postgresSettings(address: string, env: NodeJS.ProcessEnv = process.env): PostgresSettings {
  const { url, shown } = parseEngineAddress(address, SCHEMES);
  const said = (name: string): string | undefined =>
    url.searchParams.get(name) ?? (env[`PG${name.toUpperCase()}`] || undefined);
  const files = { ca: said('sslrootcert'), cert: said('sslcert'), key: said('sslkey') };
  const isAsked = files.ca !== undefined || /^(1|true)$/.test(url.searchParams.get('ssl') ?? '');
  const mode = said('sslmode') ?? (isAsked ? 'verify-full' : 'disable');
  if (!MODES.some((each) => each === mode))
    throw new MicroError('engine.invalid-address', `${shown} asks for the sslmode "${mode}"`, {
      next: `It is one of ${MODES.join(', ')}; verify-full is sure whom it talks to.`,
    });
  return {
    shown,
    parameter: (name) => url.searchParams.get(name),
    async login() {
      const plain = new URL(url);
      for (const name of ['schema', 'ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'])
        plain.searchParams.delete(name);
      return { connectionString: plain.href, ssl: mode === 'disable' ? false : await tlsOf(mode, files) };
    },
  };
}

async function tlsOf(
  mode: string,
  files: Record<'ca' | 'cert' | 'key', string | undefined>,
): Promise<ConnectionOptions> {
  const read = async (name: 'ca' | 'cert' | 'key', parameter: string) => {
    const path = files[name];
    return path === undefined ? {} : { [name]: (await readLoginFile(parameter, path)).toString() };
  };
  return {
    ...(await read('ca', 'sslrootcert')),
    ...(await read('cert', 'sslcert')),
    ...(await read('key', 'sslkey')),
    // As libpq has it: `require` asks for no more than a connection that nobody else reads, unless a CA is named.
    rejectUnauthorized: mode !== 'require' || files.ca !== undefined,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}
