import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
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
}

/** Makes and starts a Postgres in a temporary folder. As root it runs as `nobody`, since it refuses to be root. */
export async function startPostgres({ synced = false }: PostgresOptions = {}): Promise<Postgres> {
  const versions = folderNames(DEBIAN_FOLDER).map((version) => join(DEBIAN_FOLDER, version, 'bin'));
  const program = engineProgram('postgres', 'postgresql', versions);
  const initdb = engineProgram('initdb', 'postgresql', versions);
  const folder = await engineFolder('postgres');
  const data = join(folder, 'data');
  mkdirSync(data);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })));
    for (const path of [folder, data]) chownSync(path, uid as number, gid as number);
  }
  const as = (file: string, args: readonly string[]): [string, string[]] =>
    isRoot ? ['setpriv', ['--reuid=nobody', '--regid=nogroup', '--clear-groups', file, ...args]] : [file, [...args]];
  // Not synced: what these tests kill is the program, never the machine.
  execFileSync(...as(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C']), {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
  });
  const port = await freePort();
  const settings = [
    `fsync=${synced ? 'on' : 'off'}`,
    'max_connections=200',
    'unix_socket_directories=',
    'shared_buffers=64MB',
  ];
  const [file, args] = as(program, [
    ...['-D', data, '-h', '127.0.0.1', '-p', String(port)],
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
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
      const client = new pg.Client({ connectionString: base });
      client.on('error', () => {});
      await client.connect();
      await client.end();
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
