import { MicroError } from '../../../shared/contract/errors.ts';
import { isTlsRefusal } from './tlsErrors.ts';

/** Names of errors of the client that mean that NATS cannot be reached, or not yet. */
const AWAY_NAMES =
  /^(ConnectionLost|ConnectionError|ClosedConnectionError|DrainingConnectionError|TimeoutError|NoResponders|JetStreamNotEnabled)$/;
/** Codes of Node for a host that cannot be reached. */
const AWAY_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** Errors that JetStream numbers. */
const API_NAMES = /^(JetStreamApiError|StreamNotFoundError|ConsumerNotFoundError)$/;
const REFUSED_NAMES = /^(AuthorizationError|UserAuthenticationExpiredError|PermissionViolationError)$/;
/** Numbers of JetStream's errors: no room by the limits of the server, the account or the stream. */
const FULL_CODES = new Set([10002, 10023, 10028, 10047, 10054, 10077, 10122]);
/** JetStream is there soon: a cluster that has no leader yet, or a server that is starting. */
const SOON_CODES = new Set([10008, 10009, 10118]);

interface NatsError {
  name?: string;
  message?: string;
  code?: unknown;
  cause?: unknown;
}

/** JetStream's number of an error; 0: it is none of JetStream. */
export function jetStreamCode(error: unknown): number {
  const { name, code } = error as NatsError;
  return API_NAMES.test(name ?? '') && typeof code === 'number' ? code : 0;
}

/** Whether an error is one of the connection: the same may go well later. */
export function isNatsAway(error: unknown): boolean {
  const { name = '', code = '', cause } = error as NatsError;
  if (AWAY_NAMES.test(name) || AWAY_CODES.test(String(code)) || SOON_CODES.has(jetStreamCode(error))) return true;
  return name === 'RequestError' && cause !== undefined && isNatsAway(cause);
}

/** Whether NATS does not let us in, or not do that. */
export function isNatsRefusal(error: unknown): boolean {
  const { name = '', cause } = error as NatsError;
  return REFUSED_NAMES.test(name) || (cause !== undefined && isNatsRefusal(cause));
}

/** An error of the client as one of ours; what is ours already, or a mistake in a program, stays what it is. */
export function explainNats(error: unknown, address: string): unknown {
  if (error instanceof MicroError) return error;
  const { name = '', message = '' } = error as NatsError;
  if (isTlsRefusal(error))
    return new MicroError('engine.refused', `the NATS at ${address} is not trusted: ${message}`, {
      next: 'Name the CA that signed its certificate by NATS_CA, and a host that is in it.',
      cause: error,
    });
  if (isNatsRefusal(error))
    return new MicroError('engine.refused', `the NATS at ${address} refuses: ${message}`, {
      next: 'Give user and password by NATS_USER and NATS_PASSWORD, a token by NATS_TOKEN, or a file by NATS_CREDS, and see what the account may do.',
      cause: error,
    });
  const code = jetStreamCode(error);
  if (FULL_CODES.has(code))
    return new MicroError('storage.full', `the events at ${address} have no room: ${message}`, {
      next: 'Remove topics, lower the limits of the events, or give JetStream more room.',
      retryable: true,
      cause: error,
    });
  if (/^(JetStream|Request|Protocol|StreamNotFound|ConsumerNotFound)/.test(name))
    return new MicroError('storage.failed', `the events at ${address} say: ${message}`, { cause: error });
  return error;
}
