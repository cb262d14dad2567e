import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../freePort.ts';
import { type Engine, engineFolder, engineProgram, startEngine } from './engineProcess.ts';

/** Where Debian keeps the programs of each version, which are not on the PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** A Postgres of its own for a file of tests. */
export interface Postgres extends Engine {
  /** Address of a schema in it; another name, another store. */
  address(schema: string): string;
}

/** How one is to be different from what is usual. */
export interface PostgresOptions {
  /** Each commit is synced, as it is by default outside of tests: what they kill is the program, never the machine. */
  synced?: boolean;
  /** The password of the role `postgres`, which it asks for; by default everybody gets in. */
  password?: string;
  /** Certificate and key (PEM) for TLS. */
  tls?: { cert: string; key: string };
  /** More settings, `name=value`. */
  settings?: string[];
  /** Where it keeps its data; by default in a folder of its own. */
  data?: string;
  /** Another program that runs it; given its words, returns those of the whole. */
  wrap?(words: string[]): string[];
}

/** Makes and starts a Postgres in a temporary folder. As root it runs as `nobody`, since it refuses to be root. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const { synced = false, password, tls } = options;
  const versions = folderNames(DEBIAN_FOLDER).map((version) => join(DEBIAN_FOLDER, version, 'bin'));
  const program = engineProgram('postgres', 'postgresql', versions);
  const initdb = engineProgram('initdb', 'postgresql', versions);
  const folder = await engineFolder('postgres');
  const data = options.data ?? join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const files = { secret: join(folder, 'secret'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  if (password !== undefined) writeFileSync(files.secret, password, { mode: 0o600 });
  if (tls) writeFileSync(files.cert, readFileSync(tls.cert));
  if (tls) writeFileSync(files.key, readFileSync(tls.key), { mode: 0o600 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })));
    for (const path of [folder, data, ...Object.values(files)])
      if (existsSync(path)) chownSync(path, uid as number, gid as number);
  }
  const as = (file: string, args: readonly string[]): [string, string[]] =>
    isRoot ? ['setpriv', ['--reuid=nobody', '--regid=nogroup', '--clear-groups', file, ...args]] : [file, [...args]];
  // Not synced: what these tests kill is the program, never the machine.
  const login = password === undefined ? ['-A', 'trust'] : ['-A', 'scram-sha-256', `--pwfile=${files.secret}`];
  execFileSync(...as(initdb, ['-D', data, '-U', 'postgres', ...login, '-N', '-E', 'UTF8', '--locale=C']), {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
  });
  const port = await freePort();
  const settings = [
    `fsync=${synced ? 'on' : 'off'}`,
    'max_connections=200',
    'unix_socket_directories=',
    'shared_buffers=64MB',
    ...(tls ? ['ssl=on', `ssl_cert_file=${files.cert}`, `ssl_key_file=${files.key}`] : []),
    ...(options.settings ?? []),
  ];
  const [first, words] = as(program, [
    ...['-D', data, '-h', '127.0.0.1', '-p', String(port)],
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  const [file = first, ...args] = options.wrap?.([first, ...words]) ?? [first, ...words];
  const base = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const engine = await startEngine({
    program: file,
    args,
    port,
    folder,
    // Fast: it ends connections instead of waiting for them.
    stopSignal: 'SIGINT',
    endSignal: 'SIGQUIT',
    async ready() {
      const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password });
      client.on('error', () => {});
      try {
        await client.connect();
      } finally {
        await client.end();
      }
    },
  });
  return { ...engine, address: (schema) => `${base}?schema=${schema}` };
}

function folderNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
