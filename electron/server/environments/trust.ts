import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import {
  connect,
  type DetailedPeerCertificate,
  type PeerCertificate,
  rootCertificates,
  type TLSSocket,
} from 'node:tls';
import { MicroError } from '../../../shared/contract/errors.ts';

/** ms until a server must have answered the first words of a connection. */
const HANDSHAKE_TIMEOUT_MS = 15_000;

/** By what a server is known to be the one that is meant. */
export interface Trust {
  /** Certificates (PEM) of who signs for it, beside those of the system. */
  ca?: string | undefined;
  /** SHA-256 of its certificate, `AB:CD:…`; then it alone counts, not its name or who signed it. */
  fingerprint?: string | undefined;
}

/** What a server's certificate says. */
export interface Certificate {
  fingerprint: string;
  subject: string;
  issuer: string;
  /** Names and addresses that it is for. */
  names: string[];
  validFrom: string;
  validTo: string;
}

/** An agent for the requests to one server; its connections stay open for further ones. */
export function createAgent(url: string, trust: Trust): HttpAgent {
  const options: AgentOptions = { keepAlive: true, maxSockets: 64 };
  return url.startsWith('http:') ? new HttpAgent(options) : new TrustingAgent(url, trust, options);
}

/** An agent for a server of this machine. */
export function plainAgent(): HttpAgent {
  return new HttpAgent({ keepAlive: true });
}

/** Hands out a connection only once the server at its other end has proven to be the one that is meant. */
class TrustingAgent extends HttpsAgent {
  constructor(
    private readonly url: string,
    private readonly trust: Trust,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(_options: unknown, handOut?: (error: Error | null, socket: Duplex) => void): undefined {
    connectTrusted(this.url, this.trust).then(
      (socket) => handOut?.(null, socket),
      // Without a socket where there is none; the types of Node know no such call.
      (error: Error) => (handOut as ((error: Error) => void) | undefined)?.(error),
    );
  }
}

/**
 * A connection to a server that has proven to be the one that is meant. Rejects with `environment.certificate-…`,
 * `environment.no-tls` or `server.unreachable`. Nothing was sent but the handshake.
 */
export async function connectTrusted(url: string, trust: Trust): Promise<TLSSocket> {
  const { socket, problem } = await handshake(url, trust);
  if (problem) {
    socket.destroy();
    throw problem;
  }
  return socket;
}

/** The certificate of a server, whoever signed it, for somebody who is to look at it. Rejects as {@link connectTrusted}. */
export async function readCertificate(url: string, trust: Trust = {}): Promise<Certificate & { problem?: MicroError }> {
  const { socket, problem } = await handshake(url, trust);
  const certificate = describe(socket.getPeerCertificate());
  socket.destroy();
  return problem ? { ...certificate, problem } : certificate;
}

function handshake(url: string, trust: Trust): Promise<{ socket: TLSSocket; problem: MicroError | undefined }> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      // Judged below, where the reason can be told; nothing is sent before that.
      rejectUnauthorized: false,
      ...(trust.ca === undefined ? {} : { ca: [...rootCertificates, trust.ca] }),
    });
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () =>
      socket.destroy(new Error(`no answer within ${HANDSHAKE_TIMEOUT_MS / 1000} s`)),
    );
    const fail = (error: Error): void => reject(connectionError(url, error));
    socket.once('error', fail);
    socket.once('close', () => reject(connectionError(url, new Error('the connection was closed'))));
    socket.once('secureConnect', () => {
      socket.setTimeout(0);
      socket.removeListener('error', fail);
      socket.removeAllListeners('close');
      socket.on('error', () => {});
      resolve({ socket, problem: problemOf(url, trust, socket) });
    });
  });
}

function problemOf(url: string, trust: Trust, socket: TLSSocket): MicroError | undefined {
  const certificate = describe(socket.getPeerCertificate());
  const { host } = new URL(url);
  const details = { fingerprint: certificate.fingerprint, subject: certificate.subject };
  const now = Date.now();
  if (Date.parse(certificate.validTo) < now || Date.parse(certificate.validFrom) > now) {
    return new MicroError(
      'environment.certificate-expired',
      `the certificate of ${host} is good from ${certificate.validFrom} to ${certificate.validTo}`,
      { next: 'whoever runs the server has to renew it; see also whether the clock here is right', details },
    );
  }
  if (trust.fingerprint !== undefined) {
    if (certificate.fingerprint === trust.fingerprint) return undefined;
    return new MicroError(
      'environment.certificate-changed',
      `${host} shows another certificate than the one that was trusted: ${certificate.fingerprint}`,
      {
        next: 'ask whoever runs it whether it was renewed; then trust it anew: micro env add --trust, after micro env del',
        details,
      },
    );
  }
  const why = socket.authorizationError as unknown as Error | string | undefined;
  if (!why) return undefined;
  const code = typeof why === 'string' ? why : ((why as NodeJS.ErrnoException).code ?? why.message);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new MicroError(
      'environment.certificate-name',
      `the certificate of ${host} is for ${certificate.names.join(', ') || certificate.subject}, not for this name`,
      {
        next: 'use one of these names as the address, or trust the certificate itself (on the command line: --trust)',
        details,
      },
    );
  }
  return new MicroError(
    'environment.certificate-unknown',
    `nobody that is trusted here signed the certificate of ${host} (${code})`,
    {
      next: 'give the certificate of who did, or compare the fingerprint and trust this one (on the command line: --ca FILE, --trust)',
      details,
    },
  );
}

/** What the system says of a connection that failed, in words of the catalogue. */
export function connectionError(url: string, error: Error): MicroError {
  const { host } = new URL(url);
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return new MicroError('environment.no-tls', `${host} does not speak TLS there`, {
      next: 'see whether the port is that of micro server --listen',
      cause: error,
    });
  }
  const text =
    code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? `there is no host "${new URL(url).hostname}"`
      : code === 'ECONNREFUSED'
        ? `nothing listens at ${host}`
        : `${host} does not answer: ${error.message || code}`;
  return new MicroError('server.unreachable', text, {
    next: 'see whether the server runs there and can be reached from here',
    retryable: true,
    cause: error,
  });
}

function describe(certificate: PeerCertificate | DetailedPeerCertificate): Certificate {
  const name = (of: Record<string, unknown> | undefined): string => {
    const one = (key: string): string => [of?.[key] ?? []].flat().join(', ');
    return one('CN') || one('O') || 'nobody';
  };
  return {
    fingerprint: certificate.fingerprint256 ?? '',
    subject: name(certificate.subject as unknown as Record<string, unknown>),
    issuer: name(certificate.issuer as unknown as Record<string, unknown>),
    names: (certificate.subjectaltname ?? '')
      .split(', ')
      .map((each) => each.replace(/^(DNS|IP Address):/, ''))
      .filter((each) => each !== ''),
    validFrom: isoDate(certificate.valid_from),
    validTo: isoDate(certificate.valid_to),
  };
}

function isoDate(text: string | undefined): string {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}
