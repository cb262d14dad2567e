import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../../client/api.ts';
import { changeFeed } from '../../state/changeFeed.ts';

/** Refusals that are shown; older ones are in the file, which `micro auth audit` reads. */
const SHOWN_REFUSALS = 200;

/** Who may do what, and what was refused: accounts, rules in the order in which they are asked, the switch; live. */
export function useAccess() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['access'],
    queryFn: async ({ signal }) => {
      const [authority, { accounts }, { rules }, { refusals }] = await Promise.all([
        api().authority.read({}, { signal }),
        api().accounts.list({}, { signal }),
        api().rules.list({}, { signal }),
        api().authority.audit({ limit: SHOWN_REFUSALS }, { signal }),
      ]);
      return {
        authority,
        accounts: [...accounts].sort((a, b) => (a.id < b.id ? -1 : 1)),
        rules: [...rules].sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1)),
        refusals,
      };
    },
  });
  useEffect(() => {
    const look = (): void => void client.invalidateQueries({ queryKey: ['access'] });
    return changeFeed<unknown>((signal) => api().authority.watch({}, { signal }), undefined, look).subscribe();
  }, [client]);
  return query;
}
