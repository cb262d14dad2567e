import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMicroClient, type MicroClient } from '../../shared/client/microClient.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import type { Token } from '../../shared/contract/gen/auth_pb.ts';
import type { ServerFile } from '../server/index.ts';
import { createNodeTransport } from './nodeTransport.ts';

/** ms before its end at which an access token is no longer used: a command takes a moment. */
const MARGIN_MS = 30_000;

/** Who the command line acts as for the server of a MICRO_HOME; without one it is the user of this machine. */
export interface Login {
  id: string;
  namespace: string;
  accessToken: string;
  refreshToken: string;
  /** Of the access token, ms since 1970. */
  expiresAt: number;
}

/** The file of a login; only the user can read it. */
function loginFile(home: string): string {
  return join(home, 'login.json');
}

/** The login of a MICRO_HOME, or undefined. */
export async function readLogin(home: string): Promise<Login | undefined> {
  const text = await readFile(loginFile(home), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const login = JSON.parse(text) as Login;
    if (typeof login.refreshToken === 'string' && typeof login.id === 'string') return login;
  } catch {
    // Told below: what cannot be read must not make an admin of somebody who logged in as less.
  }
  throw new MicroError('auth.token-ended', `${loginFile(home)} holds no login`, {
    next: 'log in again: micro auth login, or be the user of this machine: micro auth logout',
  });
}

/** Keeps a login. */
export async function writeLogin(home: string, login: Login): Promise<void> {
  const draft = `${loginFile(home)}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(draft, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(draft, loginFile(home));
  } finally {
    await rm(draft, { force: true });
  }
}

/** Forgets it; resolves with whether there was one. */
export async function removeLogin(home: string): Promise<boolean> {
  const was = await readFile(loginFile(home)).then(
    () => true,
    () => false,
  );
  await rm(loginFile(home), { force: true });
  return was;
}

/** What a token of the server is, as a login. */
export function loginOf(id: string, namespace: string, token: Token): Login {
  return {
    id,
    namespace,
    accessToken: token.accessToken,
    refreshToken: token.refreshToken,
    expiresAt: Number(token.expiry) * 1000,
  };
}

/** The access token of the login, a new one where it is about to end; undefined when nobody logged in. */
export async function loginToken(home: string, info: ServerFile): Promise<string | undefined> {
  const login = await readLogin(home);
  if (!login) return undefined;
  if (login.expiresAt - MARGIN_MS > Date.now()) return login.accessToken;
  const { token } = await clientOf(info, '').auth.token({ refreshToken: login.refreshToken });
  if (!token) return undefined;
  await writeLogin(home, loginOf(login.id, login.namespace, token));
  return token.accessToken;
}

/** A client of a server, with a token or, to log in, with an empty one. */
export function clientOf(info: ServerFile, token: string): MicroClient {
  return createMicroClient({ url: info.proxy, token, createTransport: createNodeTransport });
}
