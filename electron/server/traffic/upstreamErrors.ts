import { MicroError } from '../../../shared/contract/errors.ts';
import { InvalidAnswer } from './answerHead.ts';

/** A node took the connection and closed it without an answer, or with one that is not HTTP. */
export function upstreamBroke(service: string, error: NodeJS.ErrnoException): MicroError {
  const isInvalid = error instanceof InvalidAnswer || error.code?.startsWith('HPE_') === true;
  const what = isInvalid
    ? `gave an answer that is not valid HTTP (${error.message})`
    : `broke the connection (${error.code ?? error.message})`;
  return new MicroError('gateway.upstream-failed', `service "${service}" ${what}`, {
    details: { service },
    next: `look into its log: micro logs ${service}`,
    cause: error,
  });
}

/** The head of an answer is one that must not be sent on. */
export function answerUnusable(service: string, error: unknown): MicroError {
  return new MicroError('gateway.upstream-failed', `service "${service}" gave an answer that cannot be passed on`, {
    details: { service },
    next: (error as Error).message,
    cause: error,
  });
}

/** A node has the request and does not answer. */
export function answerTooLate(service: string, limitMs: number): MicroError {
  return new MicroError('gateway.timeout', `service "${service}" did not answer within ${limitMs} ms`, {
    details: { service, limitMs },
    next: `look into its log: micro logs ${service}`,
  });
}

/** Whether the connection ended before there was an answer. */
export function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
