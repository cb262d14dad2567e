import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { microProcess } from './microProcess.ts';
import { type RunningServer, startServer } from './microServer.ts';
import { tempFolder } from './tempFolder.ts';
import { tlsFile } from './tlsFixture.ts';

/** A `micro server` that is reached as one on another machine is: over TLS, by an account. */
export interface RemoteServer extends RunningServer {
  home: string;
  /** Base address of its API for others. */
  api: string;
  /** File with the secret of its account `admin`. */
  secretFile: string;
  secret: string;
}

/** Starts one on 127.0.0.1, with a MICRO_HOME of its own. */
export async function startRemoteServer(args: string[] = []): Promise<RemoteServer> {
  const folder = await tempFolder('remote');
  const home = join(folder, 'micro');
  const secret = 'a secret for this test alone';
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, `${secret}\n`, { mode: 0o600 });
  const server = await startServer(home, [
    ...['--listen', '127.0.0.1:0', '--tls-cert', tlsFile('server.pem'), '--tls-key', tlsFile('server.key')],
    ...['--admin-secret', secretFile],
    ...args,
  ]);
  return { ...server, home, api: server.reachable?.api ?? '', secretFile, secret };
}

/** Makes a server an environment of a MICRO_HOME, with a login. */
export async function addRemote(home: string, name: string, { api, secret }: RemoteServer): Promise<void> {
  const words = ['env', 'add', name, api, '--ca', tlsFile('ca.pem'), '--account', 'admin'];
  const added = await microProcess(words, { home, input: `${secret}\n` });
  if (added.code !== 0) throw new Error(`micro env add: ${added.err}`);
}
