import type { IncomingMessage, ServerResponse } from 'node:http';
import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import { errorText, type Logger } from '../../base/logger.ts';
import type { Uploads } from '../../uploads/uploads.ts';
import { sendError } from './errorResponse.ts';
import type { HttpMount } from './httpMount.ts';

/** Where projects are sent to. */
export const UPLOADS_PATH = '/_uploads/';

/** Takes a project from another machine: `PUT /_uploads/<name>` with a tar.gz. Answers where it is now and what changed. */
export function uploadMount(uploads: Pick<Uploads, 'take'>, logger: Logger): HttpMount {
  return {
    path: UPLOADS_PATH,
    name: 'uploads',
    handle(incoming, answer) {
      const [request, response] = [incoming as IncomingMessage, answer as ServerResponse];
      take(uploads, request, response).catch((error: unknown) => {
        const known = toMicroError(error);
        if (known.code === 'internal.bug') logger.error(`an upload failed: ${errorText(error)}`);
        if (response.headersSent) response.destroy();
        else sendError(response, known);
        request.resume();
      });
    },
  };
}

async function take(uploads: Pick<Uploads, 'take'>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = (request.url ?? '').split('?', 1)[0]?.slice(UPLOADS_PATH.length) ?? '';
  if (request.method !== 'PUT') throw new MicroError('api.invalid', 'a project is sent with PUT');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    throw new MicroError('api.invalid', `"${name.slice(0, 80)}" cannot be the name of an upload`, {
      next: 'use a to z, 0 to 9 and -, at most 63',
    });
  if (request.httpVersionMajor === 1 && request.headers.expect !== undefined) response.writeContinue();
  const { folder, files, bytes, changed, removed } = await uploads.take(name, request);
  const body = JSON.stringify({ folder, files, bytes, changed: changed.length, removed: removed.length });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
