import type { Account } from '../../../shared/contract/gen/auth_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { ask } from '../../state/questions.ts';
import { showToast } from '../../state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { NoRows, Table, type TableColumn } from '../../ui/Table.tsx';
import classes from './Access.module.css';

const columns: readonly TableColumn[] = [
  { title: 'Name' },
  { title: 'Kind' },
  { title: 'Scopes' },
  { title: 'Actions', spoken: true },
];

/** The accounts; one that is deleted is gone with its logins. */
export function AccountTable({ accounts }: { accounts: readonly Account[] }) {
  const remove = async (id: string): Promise<void> => {
    const answer = await ask({
      title: `Delete the account ${id}?`,
      text: 'Its logins end at once, and nobody can bring back its secret.',
      answers: [{ id: 'delete', label: 'Delete', danger: true }],
    });
    if (answer !== 'delete') return;
    await attempt(`${id} could not be deleted`, async () => {
      await api().accounts.delete({ id });
      showToast({ tone: 'ok', title: `Account ${id} deleted` });
    });
  };
  if (accounts.length === 0)
    return (
      <NoRows>
        No account yet, and none is needed on this machine. One stands for a person or a program that asks from
        elsewhere, or that rules are about.
      </NoRows>
    );
  return (
    <Table label="Accounts" columns={columns}>
      {accounts.map(({ id, type, scopes }) => (
        <tr key={id}>
          <td>
            <b>{id}</b>
          </td>
          <td>{type === 'service' ? 'service' : 'person'}</td>
          <td>{scopes.length > 0 ? scopes.join(', ') : <span className={classes.hint}>none</span>}</td>
          <td>
            <Button variant="quiet" aria-label={`Delete account ${id}`} onClick={() => void remove(id)}>
              Delete…
            </Button>
          </td>
        </tr>
      ))}
    </Table>
  );
}
