import { MicroError } from '../../../shared/contract/errors.ts';
import { isTlsRefusal } from './tlsErrors.ts';

/** States of SQL that mean that the connection, and not the statement, is at fault. */
const AWAY_STATES = /^(08|57P0[123]|53300)/;
/** Codes of Node for a host that cannot be reached. */
const AWAY_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** pg has no code for these. */
const AWAY_WORDS =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Query read timeout|Client was closed/;
/** Wrong password, unknown role or database, no right. */
const REFUSED_STATES = /^(28|3D|42501)/;
/** pg has no code for these either. */
const REFUSED_WORDS = /password|does not support SSL/i;

interface PostgresError {
  code?: string;
  message?: string;
}

/** Whether an error is one of the connection: the same may go well later. */
export function isPostgresAway(error: unknown): boolean {
  const { code = '', message = '' } = error as PostgresError;
  return AWAY_STATES.test(code) || AWAY_CODES.test(code) || AWAY_WORDS.test(message);
}

/** An error of the client that is none of the connection, as one of ours; what is ours already stays what it is. */
export function explainPostgres(error: unknown, address: string): unknown {
  if (error instanceof MicroError) return error;
  const { code = '', message = '' } = error as PostgresError;
  if (isTlsRefusal(error))
    return new MicroError('engine.refused', `the store at ${address} is not trusted: ${message}`, {
      next: 'Name the CA that signed its certificate by sslrootcert in the address or PGSSLROOTCERT, and a host that is in it.',
      cause: error,
    });
  if (REFUSED_STATES.test(code) || REFUSED_WORDS.test(message))
    return new MicroError('engine.refused', `the store at ${address} refuses: ${message}`, {
      next: 'Give the password by PGPASSWORD or ~/.pgpass, and see that role and database exist and may make a schema.',
      cause: error,
    });
  if (code.startsWith('53'))
    return new MicroError('storage.full', `the store at ${address} has no room: ${message}`, {
      next: 'Give the database more disk, or remove records; what was refused was not written.',
      retryable: true,
      cause: error,
    });
  return new MicroError('storage.failed', `the store at ${address} says: ${message}`, { cause: error });
}
