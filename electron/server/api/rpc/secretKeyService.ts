import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { KeyPlace as Place, SecretKey } from '../../../../shared/contract/gen/secret_key_pb.ts';
import { forbidden } from '../../auth/checkAccess.ts';
import { LOCAL_USER } from '../../auth/caller.ts';
import type { KeyKeeper, KeyPlace } from '../../config/keyKeeper.ts';
import { callerOf } from './callerContext.ts';

/** Collaborators of {@link secretKeyService}. */
export interface SecretKeyServiceOptions {
  key: Pick<KeyKeeper, 'place' | 'take' | 'handOver' | 'keepClosed' | 'keepAsFile'>;
}

const PLACES = { none: Place.NONE, file: Place.FILE, keychain: Place.KEYCHAIN } as const;

/** Serves the place of the key of secrets. What tells or moves it is for the user of this machine, no account's. */
export function secretKeyService(router: ConnectRouter, { key }: SecretKeyServiceOptions): void {
  router.service(SecretKey, {
    readKey: async () => stateOf(await key.place()),
    async takeKey(_request, context) {
      requireLocalUser(context);
      return { key: await key.take() };
    },
    async handOverKey(request, context) {
      requireLocalUser(context);
      return stateOf(await key.handOver(request.key));
    },
    async moveKey({ keychain, closed }, context) {
      requireLocalUser(context);
      return stateOf(keychain === '' ? await key.keepAsFile() : await key.keepClosed(keychain, closed));
    },
  });
}

function stateOf({ place, open, file, closed }: KeyPlace) {
  return { place: PLACES[place], open, file, keychain: closed?.keychain ?? '', closed: closed?.closed ?? '' };
}

function requireLocalUser(context: HandlerContext): void {
  const caller = callerOf(context);
  if (caller !== LOCAL_USER) throw forbidden(caller, 'the key of secrets, which is the machine’s own user’s');
}
