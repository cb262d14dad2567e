import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { KeyPlace } from '../../../shared/contract/gen/secret_key_pb.ts';
import { api } from '../../client/api.ts';
import { isLocal } from '../../client/environment.ts';
import { bridge } from '../../client/platform.ts';
import { shortPath } from '../../state/shortPath.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/States.tsx';
import classes from './SettingsPage.module.css';

const queryKey = ['secret-key'];
/** The keychain's own question may be answered at any time after the window is there, ms. */
const LOOK_EVERY_MS = 2_000;

/** Where the key of the config's secrets is, and the way from a file into the keychain of the system and back. */
export function SecretKeySetting({ row }: { row: (name: string, text: string, value: ReactNode) => ReactNode }) {
  const client = useQueryClient();
  const state = useQuery({
    queryKey,
    queryFn: ({ signal }) => api().secretKey.readKey({}, { signal }),
    refetchInterval: ({ state: { data } }) => (data?.open === false ? LOOK_EVERY_MS : false),
  });
  // The app's own machine has the keychain; the key of another environment is not its business.
  const app = isLocal ? bridge : undefined;
  const keychain = useQuery({
    queryKey: ['keychain'],
    queryFn: async () => (await app?.keychain()) ?? null,
    enabled: app !== undefined,
  });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  if (state.isError) return <ErrorState error={state.error} onRetry={() => void state.refetch()} />;
  if (!state.data) return null;
  const { place, open, file, keychain: keeper } = state.data;
  const inKeychain = place === KeyPlace.KEYCHAIN;
  const move = (to: 'keychain' | 'file'): void => {
    setBusy(true);
    setProblem('');
    (app ? app.moveKey(to) : Promise.resolve())
      .catch((error: unknown) => setProblem(toMicroError(error).message))
      .finally(() => {
        setBusy(false);
        void client.invalidateQueries({ queryKey });
      });
  };
  return row(
    'Key of secrets',
    textOf(place, open, keeper, app !== undefined && keychain.data === null),
    <span className={classes.limit}>
      {inKeychain ? (
        <span data-selectable>{open ? 'In the keychain' : 'In the keychain, not open'}</span>
      ) : (
        <span data-selectable title={file}>
          {shortPath(file)}
        </span>
      )}
      {app && (inKeychain || keychain.data) ? (
        <Button busy={busy} onClick={() => move(inKeychain ? 'file' : 'keychain')}>
          {inKeychain ? 'Keep as a file' : 'Keep in the keychain'}
        </Button>
      ) : null}
      {problem === '' ? null : (
        <span className={classes.problem} role="alert">
          {problem}
        </span>
      )}
    </span>,
  );
}

function textOf(place: KeyPlace, open: boolean, keychain: string, hasNone: boolean): string {
  if (place === KeyPlace.KEYCHAIN)
    return open
      ? `Secrets of the config are encrypted. Their key is in ${keychain}; the app opens it for the server, so a server without the app cannot read them.`
      : `Secrets of the config are encrypted. Their key is in ${keychain}, which was not opened: they cannot be read now.`;
  const where = place === KeyPlace.NONE ? 'Their key will be this file' : 'Their key is this file';
  return `Secrets of the config are encrypted. ${where}, for you alone; it is not in the keychain of the system${hasNone ? ', of which the app knows none' : ''}.`;
}
