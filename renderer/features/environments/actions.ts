import { toMicroError } from '../../../shared/contract/errors.ts';
import type { Environment } from '../../../shared/contract/gen/environments_pb.ts';
import { apiOf } from '../../client/api.ts';
import { LOCAL, switchEnvironment } from '../../client/environment.ts';
import { ask } from '../../state/questions.ts';
import { showToast } from '../../state/toasts.ts';

/** Takes an environment out, once that was confirmed; for a cluster by its name, since what its server kept here goes too. */
export async function remove(
  { name, cluster }: Environment,
  isChosen: boolean,
  refresh: (what: 'list') => Promise<void>,
): Promise<void> {
  const answer = await ask({
    title: `Remove ${name}?`,
    text: cluster
      ? 'Records, config, events and logs that its server kept on this machine are deleted. Services in the cluster go on.'
      : 'It leaves this list, and its login is forgotten. The server and its services go on.',
    ...(cluster ? { typed: name } : {}),
    answers: [{ id: 'remove', label: 'Remove', danger: true }],
  });
  if (answer !== 'remove') return;
  try {
    await apiOf(LOCAL).environments.removeEnvironment({ name });
    if (isChosen) switchEnvironment({ name: LOCAL, colour: '' });
    else await refresh('list');
  } catch (error) {
    showToast({ tone: 'bad', title: `${name} was not removed`, text: toMicroError(error).message });
  }
}

/** Ends the server on this machine that works for a cluster; a page that shows it would start it again, so it leaves. */
export async function stopServer(name: string, isChosen: boolean, refresh: () => Promise<void>): Promise<void> {
  try {
    await apiOf(LOCAL).environments.stopEnvironmentServer({ name });
    if (isChosen) switchEnvironment({ name: LOCAL, colour: '' });
    else await refresh();
  } catch (error) {
    showToast({ tone: 'bad', title: `The server of ${name} was not stopped`, text: toMicroError(error).message });
  }
}
