import { createHash, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createSecureContext } from 'node:tls';
import { MicroError } from '../../shared/contract/errors.ts';
import type { ApiPort } from './api/http/apiPort.ts';
import { publicDoor } from './api/http/door.ts';
import type { Authority } from './auth/authority.ts';
import { ADMIN_SCOPE, ROOT_NAMESPACE } from './auth/caller.ts';
import type { Logger } from './base/logger.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { PortCertificate, ProtocolPort } from './traffic/protocolPort.ts';

/** Where other machines reach a server, and how it is protected there. */
export interface ListenOptions {
  host: string;
  port: number;
  /** Files of the certificate chain and its key (PEM). Absent only with `insecure`. */
  certFile?: string | undefined;
  keyFile?: string | undefined;
  /** Without TLS: whoever is on the way reads tokens and data. */
  insecure: boolean;
  /** Names it is known by, beside those of its certificate. */
  names: readonly string[];
  /** HTTP from outside as well, at this address. */
  gateway?: { host: string; port: number } | undefined;
  /** File with the secret of the account `admin`, which is made when there is none. */
  adminSecretFile?: string | undefined;
}

/** Where it is reached. */
export interface PublicAddresses {
  api: string;
  gateway?: string;
  /** SHA-256 of the certificate, for people to compare; absent without one. */
  fingerprint?: string;
}

/** ms between looks whether the certificate was renewed; renewals come days before the end. */
const RENEWAL_LOOK_MS = 60_000;

/** The ports of a server that other machines reach. They are opened only where nobody gets in without an account. */
export class PublicListener {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private readonly ports: ProtocolPort[] = [];

  constructor(
    private readonly options: ListenOptions,
    private readonly authority: Authority,
    private readonly logger: Logger,
  ) {}

  /** Opens them. Rejects with `listen.not-protected`, `listen.certificate` or `port.taken`. */
  async start(apiPort: ApiPort, gateway: Gateway): Promise<PublicAddresses> {
    const { options } = this;
    const certificate = await this.readCertificate();
    await this.requireAccount();
    const leaf = certificate && new X509Certificate(certificate.cert);
    const isAny = options.host === '0.0.0.0' || options.host === '::';
    const names = [
      ...options.names,
      ...(leaf ? namesOf(leaf) : []),
      ...(certificate ? [] : [hostname(), ...(isAny ? [] : [options.host])]),
    ];
    const shown = options.names[0] ?? (leaf && namesOf(leaf)[0]) ?? (isAny ? hostname() : options.host);
    const address = ({ host, port }: { host: string; port: number }, at: ProtocolPort): string =>
      `${certificate ? 'https' : 'http'}://${host === '127.0.0.1' ? host : bracketed(shown)}:${port || at.port}`;
    const api = await this.open(options, () =>
      apiPort.listenPublic(publicDoor(names, options.host, { pages: false }), options.host, options.port, certificate),
    );
    const addresses: PublicAddresses = { api: address(options, api) };
    if (leaf) addresses.fingerprint = leaf.fingerprint256;
    if (options.gateway) {
      const at = options.gateway;
      const door = publicDoor(names, at.host, { pages: true });
      const port = await this.open(at, () => gateway.listenPublic(door, at.host, at.port, certificate));
      addresses.gateway = address(at, port);
    }
    if (certificate) this.followRenewal(certificate);
    this.logger.info('other machines reach this server', { ...addresses });
    return addresses;
  }

  /** Looks for no renewal any more. The ports are closed by what they belong to. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async open(
    { host, port }: { host: string; port: number },
    listen: () => Promise<ProtocolPort>,
  ): Promise<ProtocolPort> {
    try {
      const opened = await listen();
      this.ports.push(opened);
      return opened;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE')
        throw new MicroError('port.taken', `${bracketed(host)}:${port} is held by another process`, {
          next: 'choose another port: --listen ADDRESS:PORT',
          cause: error,
        });
      if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND')
        throw new MicroError('listen.not-protected', `cannot listen on ${bracketed(host)}:${port}: ${message}`, {
          next: 'use an address of this machine, or 0.0.0.0 for all of them, and a port above 1023',
          cause: error,
        });
      throw error;
    }
  }

  private async readCertificate(): Promise<PortCertificate | undefined> {
    const { certFile, keyFile, insecure } = this.options;
    if (certFile === undefined && keyFile === undefined) {
      if (insecure) return undefined;
      throw new MicroError('listen.not-protected', 'other machines may reach this server over TLS alone', {
        next: 'name a certificate and its key: --tls-cert FILE --tls-key FILE',
      });
    }
    if (certFile === undefined || keyFile === undefined)
      throw new MicroError('listen.not-protected', 'a certificate and its key go together', {
        next: 'name both: --tls-cert FILE --tls-key FILE',
      });
    return readPair(certFile, keyFile);
  }

  private async requireAccount(): Promise<void> {
    const { accounts } = this.authority;
    const known = await accounts.list(ROOT_NAMESPACE);
    const { adminSecretFile } = this.options;
    if (adminSecretFile !== undefined && !known.some(({ id }) => id === 'admin')) {
      const secret = (await readOrThrow(adminSecretFile)).split(/\r?\n/, 1)[0] ?? '';
      const admin = { id: 'admin', name: 'admin', type: 'user', namespace: ROOT_NAMESPACE, metadata: {} } as const;
      await accounts.create({ ...admin, scopes: [ADMIN_SCOPE], secret });
      this.logger.info('made the account admin');
      return;
    }
    if (known.some(({ type }) => type === 'user')) return;
    throw new MicroError('listen.not-protected', 'there is no account that could log in from another machine', {
      next: 'make one first: micro server, then micro auth create account NAME --scopes admin; or name --admin-secret FILE',
    });
  }

  private followRenewal(current: PortCertificate): void {
    const { certFile = '', keyFile = '' } = this.options;
    let used = createHash('sha256').update(current.cert).digest('hex');
    let changedAt = 0;
    const look = async (): Promise<void> => {
      const { mtimeMs } = await stat(certFile);
      if (mtimeMs === changedAt) return;
      changedAt = mtimeMs;
      const pair = await readPair(certFile, keyFile);
      const found = createHash('sha256').update(pair.cert).digest('hex');
      if (found === used) return;
      for (const port of this.ports) port.renew(pair);
      used = found;
      this.logger.info('the certificate was renewed');
    };
    const next = (): void => {
      if (this.isStopped) return;
      this.timer = setTimeout(() => {
        look()
          .catch((error: unknown) => this.logger.warn(`the old certificate stays: ${(error as Error).message}`))
          .finally(next);
      }, RENEWAL_LOOK_MS);
      this.timer.unref();
    };
    next();
  }
}

async function readPair(certFile: string, keyFile: string): Promise<PortCertificate> {
  const [cert, key] = await Promise.all([readOrThrow(certFile), readOrThrow(keyFile)]);
  try {
    createSecureContext({ cert, key });
    const { validTo } = new X509Certificate(cert);
    if (Date.parse(validTo) < Date.now()) throw new Error(`it ended on ${validTo}`);
  } catch (error) {
    throw new MicroError(
      'listen.certificate',
      `${certFile} and ${keyFile} cannot be used: ${(error as Error).message}`,
      {
        next: 'both are text files (PEM), and the key is that of the first certificate',
        cause: error,
      },
    );
  }
  return { cert, key };
}

async function readOrThrow(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MicroError('listen.certificate', `${file} cannot be read (${code})`, {
      next: 'name a file that this user can read',
      cause: error,
    });
  }
}

/** Names and addresses that a certificate is for. */
function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .map((each) => each.replace(/^(DNS|IP Address):/, ''))
    .filter((each) => each !== '');
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
