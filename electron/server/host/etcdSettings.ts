import type { IOptions } from 'etcd3';
import { MicroError } from '../../../shared/contract/errors.ts';
import { parseEngineAddress } from './engineAddress.ts';
import { readLoginFile } from './loginFile.ts';

/** Schemes of addresses that this is for; https is etcd over TLS. */
const SCHEMES = ['etcd', 'http', 'https'];
const USUAL_PORT = 2379;
/** Keys of an environment, where the address names no other by its path. */
const USUAL_PREFIX = 'micro';

/** Where an etcd is and how to use it. */
export interface EtcdSettings {
  /** For people and logs: without the password. */
  shown: string;
  /** What keys begin with, slashes included; servers with the same one are one environment. */
  prefix: string;
  /** What is said to the client: host, and who we are. Reads the files that the environment names. */
  login(): Promise<Pick<IOptions, 'hosts' | 'auth' | 'credentials'>>;
}

/**
 * Takes `etcd://[user[:password]@]host[:port][/prefix]` apart. Who we are may also come by the variables of the program
 * `etcdctl`: ETCDCTL_USER and ETCDCTL_PASSWORD, and files by ETCDCTL_CACERT, ETCDCTL_CERT and ETCDCTL_KEY, any of which means
 * TLS. Throws `engine.invalid-address`.
 */
export function etcdSettings(address: string, env: NodeJS.ProcessEnv = process.env): EtcdSettings {
  const { url, shown } = parseEngineAddress(address, SCHEMES);
  const prefix = `/${url.pathname.replace(/^\/+|\/+$/g, '') || USUAL_PREFIX}/`;
  return { shown, prefix, login: () => loginOf(url, env) };
}

async function loginOf(url: URL, env: NodeJS.ProcessEnv): ReturnType<EtcdSettings['login']> {
  const { ETCDCTL_USER = '', ETCDCTL_PASSWORD = '', ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY } = env;
  if ((ETCDCTL_CERT === undefined) !== (ETCDCTL_KEY === undefined))
    throw new MicroError('engine.refused', 'of ETCDCTL_CERT and ETCDCTL_KEY only one is set', {
      next: 'A certificate of a client is used with its key: set both, or none.',
    });
  // As with etcdctl, the password may stand behind the name.
  const [, named = '', kept = ''] = /^([^:]*):?(.*)$/s.exec(ETCDCTL_USER) ?? [];
  const username = decodeURIComponent(url.username) || named;
  const password = decodeURIComponent(url.password) || ETCDCTL_PASSWORD || kept;
  const isSecure = url.protocol === 'https:' || [ETCDCTL_CACERT, ETCDCTL_CERT].some((file) => file !== undefined);
  return {
    hosts: `${isSecure ? 'https' : 'http'}://${url.hostname}:${url.port || USUAL_PORT}`,
    ...(username === '' ? {} : { auth: { username, password } }),
    ...(ETCDCTL_CACERT === undefined && ETCDCTL_CERT === undefined
      ? {}
      : {
          credentials: {
            // Undefined: who the system trusts; the client's types know no such thing, its TLS does.
            rootCertificate: (ETCDCTL_CACERT && (await readLoginFile('ETCDCTL_CACERT', ETCDCTL_CACERT))) as Buffer,
            ...(ETCDCTL_CERT ? { certChain: await readLoginFile('ETCDCTL_CERT', ETCDCTL_CERT) } : {}),
            ...(ETCDCTL_KEY ? { privateKey: await readLoginFile('ETCDCTL_KEY', ETCDCTL_KEY) } : {}),
          },
        }),
  };
}
