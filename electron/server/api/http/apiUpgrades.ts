import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { toMicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Resource } from '../../auth/rules.ts';
import { admitAt, RELAY_RESOURCE } from './admitAt.ts';
import type { ApiPortOptions } from './apiPortOptions.ts';
import type { Door } from './door.ts';
import { RELAY_PATH } from './environmentRelay.ts';
import { isForProxy, pathOf } from './requestTarget.ts';
import { socketPart, socketResource } from './resource.ts';
import { refuseUpgradeWith, SOCKETS_PATH } from './sockets.ts';

/** What upgrades of the API's port work with. */
export type ApiUpgradesOptions = Pick<ApiPortOptions, 'admission' | 'coreCalls' | 'relay' | 'sockets' | 'traffic'>;

/** Takes the upgrades (WebSockets) that come to the API's port: to the API, to another environment, to services. */
export class ApiUpgrades {
  constructor(private readonly options: ApiUpgradesOptions) {}

  handle(request: IncomingMessage, socket: Duplex, head: Buffer, door: Door): void {
    socket.on('error', () => socket.destroy());
    const { coreCalls, relay, sockets, traffic } = this.options;
    const path = request.url ?? '';
    const admit = (resource: Resource | undefined, goOn: (caller: Caller) => void): void =>
      admitAt(this.options.admission, { request, door, resource }, goOn, (error) =>
        refuseUpgradeWith(socket, toMicroError(error)),
      );
    try {
      if (door.isLocal && isForProxy(path)) {
        traffic.handleUpgrade(request, socket, head);
        return;
      }
      door.check(request);
      if (path.startsWith(SOCKETS_PATH)) {
        admit(socketResource(pathOf(path)), (caller) => {
          const part = socketPart(path);
          if (part !== undefined) coreCalls?.handleSocket(request, part);
          sockets.handleUpgrade(request, socket, head, caller);
        });
      } else if (door.isLocal && relay && path.startsWith(RELAY_PATH)) {
        admit(RELAY_RESOURCE, (caller) => relay.handleUpgrade(request, socket, head, caller));
      } else if (door.isLocal) traffic.handleUpgrade(request, socket, head);
      else admit(undefined, () => traffic.handleUpgrade(request, socket, head));
    } catch (error) {
      refuseUpgradeWith(socket, toMicroError(error));
    }
  }
}
