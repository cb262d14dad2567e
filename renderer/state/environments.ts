import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Destruction } from '../../shared/client/destruction.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import type { Environment } from '../../shared/contract/gen/environments_pb.ts';
import { apiOf } from '../client/api.ts';
import { chosenEnvironment, LOCAL } from '../client/environment.ts';
import { ask } from './questions.ts';
import { useConnection } from './serverState.ts';

/** ms that the name of the environment, once typed, holds for more of the same: deleting fifty keys asks once. */
const CONFIRMED_MS = 60_000;

const confirmed = new Map<string, number>();

/** Asks for the name of the environment before something there is ended or deleted. Rejects with `environment.not-confirmed`. */
export async function askByName({ method, text }: Destruction): Promise<void> {
  const { name } = chosenEnvironment;
  if ((confirmed.get(method) ?? 0) > Date.now()) return;
  const answer = await ask({
    title: `On ${name}`,
    text: `This will ${text} on ${name}, which is not this machine.`,
    typed: name,
    answers: [{ id: 'go', label: 'Go on', danger: true }],
  });
  if (answer !== 'go') throw new MicroError('environment.not-confirmed', 'nothing was done, as you chose');
  confirmed.set(method, Date.now() + CONFIRMED_MS);
}

const key = ['environments'] as const;

/** The environments that the user of this machine knows, without `local`; asked of the server of this machine. */
export function useEnvironments() {
  const { status } = useConnection();
  return useQuery({
    queryKey: [...key, 'list'],
    queryFn: async ({ signal }) => (await apiOf(LOCAL).environments.listEnvironments({}, { signal })).environments,
    enabled: status !== 'connecting',
  });
}

/** Has the list read again after it was changed, and what is known of each server unless only the `list` is meant. */
export function useRefreshEnvironments(): (what?: 'list') => Promise<void> {
  const queries = useQueryClient();
  return (what) => queries.invalidateQueries({ queryKey: what === 'list' ? [...key, 'list'] : key });
}

/** ms between two looks at what an environment is made of, while somebody looks at it. */
const LOOK_MS = 5_000;

/** Whether the server of an environment is asked at all (not where nobody is logged in), and again while its card is shown. */
interface Look {
  isOn: boolean;
  follows: boolean;
}

/** Facts of the server of an environment. */
export function useEnvironmentInfo(name: string, { isOn, follows }: Look) {
  return useQuery({
    queryKey: [...key, 'info', name],
    queryFn: ({ signal }) => apiOf(name).desktop.info({}, { signal, timeoutMs: 15_000 }),
    staleTime: follows ? LOOK_MS : 10_000,
    refetchInterval: follows ? LOOK_MS : false,
    enabled: isOn,
  });
}

/** The state of an environment's services and servers. */
export function useEnvironmentStatus(name: string, { isOn, follows }: Look) {
  return useQuery({
    queryKey: [...key, 'status', name],
    queryFn: ({ signal }) => apiOf(name).desktop.status({}, { signal, timeoutMs: 15_000 }),
    refetchInterval: follows ? LOOK_MS : false,
    enabled: isOn,
  });
}

/** An environment as the page names it; `local` has no colour. */
export type ShownEnvironment = Pick<Environment, 'name' | 'colour'>;
