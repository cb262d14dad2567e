import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { MicroError } from '../../../shared/contract/errors.ts';
import { parseEngineAddress } from './engineAddress.ts';
import { readLoginFile } from './loginFile.ts';

/** Schemes of addresses that this is for; with `tls` the connection has to be encrypted. */
const SCHEMES = ['nats', 'tls'];
const USUAL_PORT = 4222;
/** What streams and subjects begin with, where the address names nothing else by its path. */
const USUAL_PREFIX = 'micro';
/** As it is in names of streams and in subjects, so nothing that would have to be escaped. */
const PREFIX = /^[A-Za-z0-9_-]{1,48}$/;
const MOST_REPLICAS = 5;

/** Where a NATS is and how to use it. */
export interface NatsSettings {
  /** For people and logs: without the password. */
  shown: string;
  /** What streams and subjects begin with; servers with the same one are one environment. */
  prefix: string;
  /** Servers of a NATS cluster that keep each stream. */
  replicas: number;
  /** What is said to the client: host, and who we are. Reads the files that the environment names. */
  login(): Promise<Pick<NodeConnectionOptions, 'servers' | 'user' | 'pass' | 'token' | 'tls'> & { creds?: Uint8Array }>;
}

/**
 * Takes `nats://[user[:password]@]host[:port][/prefix][?replicas=n]` apart. Who we are may also come by the variables of
 * the `nats` program: NATS_USER and NATS_PASSWORD, NATS_TOKEN, and files by NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY. Throws
 * `engine.invalid-address`.
 */
export function natsSettings(address: string, env: NodeJS.ProcessEnv = process.env): NatsSettings {
  // A name without a password is a token, as with the program `nats`.
  const { url, shown } = parseEngineAddress(address, SCHEMES, { nameIsToken: !env.NATS_PASSWORD });
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '') || USUAL_PREFIX;
  if (!PREFIX.test(prefix))
    throw invalid(`"${prefix.slice(0, 80)}" in ${shown} is no prefix`, 'It is 1 to 48 letters, digits, _ and -.');
  const replicas = Number(url.searchParams.get('replicas') ?? 1);
  if (!(Number.isInteger(replicas) && replicas >= 1 && replicas <= MOST_REPLICAS))
    throw invalid(`${shown} asks for "${url.searchParams.get('replicas')}" replicas`, 'They are 1, 3 or 5.');
  return { shown, prefix, replicas, login: () => loginOf(url, env) };
}

async function loginOf(url: URL, env: NodeJS.ProcessEnv) {
  const { NATS_USER, NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY } = env;
  const user = decodeURIComponent(url.username) || NATS_USER;
  const pass = decodeURIComponent(url.password) || NATS_PASSWORD;
  const tls = {
    ...(NATS_CA ? { ca: (await readLoginFile('NATS_CA', NATS_CA)).toString() } : {}),
    ...(NATS_CERT ? { cert: (await readLoginFile('NATS_CERT', NATS_CERT)).toString() } : {}),
    ...(NATS_KEY ? { key: (await readLoginFile('NATS_KEY', NATS_KEY)).toString() } : {}),
  };
  return {
    servers: `${url.hostname}:${url.port || USUAL_PORT}`,
    ...(user && pass ? { user, pass } : {}),
    ...(user && !pass ? { token: user } : {}),
    ...(!user && NATS_TOKEN ? { token: NATS_TOKEN } : {}),
    ...(NATS_CREDS ? { creds: await readLoginFile('NATS_CREDS', NATS_CREDS) } : {}),
    ...(url.protocol === 'tls:' || Object.keys(tls).length > 0 ? { tls } : {}),
  };
}

function invalid(message: string, next: string): MicroError {
  return new MicroError('engine.invalid-address', message, { next });
}
