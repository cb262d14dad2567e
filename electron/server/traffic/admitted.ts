import type { IncomingMessage, ServerResponse } from 'node:http';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { answerError } from './errorAnswer.ts';

/** Goes on with a request once it is admitted, and answers it with the error when it is not. One that went away is left. */
export function answerWhenKnown(
  admitted: Promise<void>,
  request: IncomingMessage,
  response: ServerResponse,
  goOn: () => void,
  { id, corsOrigin }: { id: string; corsOrigin: string | undefined },
): void {
  admitted
    .then(() => {
      if (!response.destroyed) goOn();
    })
    .catch((error: unknown) => {
      request.resume();
      answerError(response, id, toMicroError(error), corsOrigin);
    });
}
