import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Caller } from '../../auth/caller.ts';
import type { Resource } from '../../auth/rules.ts';
import { clientSocket } from '../../traffic/accessEntry.ts';
import type { Admission } from './admission.ts';
import type { Door } from './door.ts';

/** What is asked for by asking another server through this one. */
export const RELAY_RESOURCE: Resource = { type: 'core', name: 'desktop', endpoint: 'Environments.Relay' };

/** A request at a door, and what it asks for. */
export interface DoorRequest {
  request: IncomingMessage | Http2ServerRequest;
  door: Door;
  /** Undefined: whoever sends it only has to be somebody; what he may do is looked at further on. */
  resource: Resource | undefined;
}

/** Goes on with who sends the request, if it may use the resource: at once where that is known. */
export function admitAt(
  admission: Pick<Admission, 'admit' | 'admitRemote'>,
  { request, door, resource }: DoorRequest,
  goOn: (caller: Caller) => void,
  refuse: (error: unknown) => void,
): void {
  const found =
    door.isLocal && resource
      ? admission.admit(request.headers, door.port(), resource)
      : admission.admitRemote(request.headers, clientSocket(request as IncomingMessage).remoteAddress ?? '', resource);
  if (!(found instanceof Promise)) {
    goOn(found);
    return;
  }
  found.then(goOn).catch(refuse);
}
