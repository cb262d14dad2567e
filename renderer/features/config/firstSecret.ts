import { KeyPlace } from '../../../shared/contract/gen/secret_key_pb.ts';
import { api } from '../../client/api.ts';
import { isLocal } from '../../client/environment.ts';
import { bridge } from '../../client/platform.ts';

/**
 * Lets the keychain of the system keep the key of secrets from the first one on, where the app knows one. Not at the start
 * of the app: a keyring asks its user something, who should know why. Whoever declines gets the file.
 */
export async function prepareFirstSecret(): Promise<void> {
  if (!isLocal || !bridge) return;
  const { place } = await api().secretKey.readKey({});
  if (place !== KeyPlace.NONE || (await bridge.keychain()) === undefined) return;
  await bridge.moveKey('keychain').catch(() => {
    // The settings and `micro doctor` say where the key is then.
  });
}
