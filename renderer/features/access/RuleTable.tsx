import { Access, type Rule } from '../../../shared/contract/gen/auth_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { offerUndo } from '../../state/undo.ts';
import { Button } from '../../ui/Button.tsx';
import { CodeCell, NumberCell, Table, type TableColumn } from '../../ui/Table.tsx';
import classes from './Access.module.css';
import { resourceText, scopeText } from './ruleText.ts';

const columns: readonly TableColumn[] = [
  { title: 'Priority', number: true },
  { title: 'Name' },
  { title: 'Whom' },
  { title: 'What' },
  { title: 'Access' },
  { title: 'Actions', spoken: true },
];

/** The rules in the order in which they are asked; default ones can be stood in for, not deleted. */
export function RuleTable({
  rules,
  defaults,
  onChange,
}: {
  rules: readonly Rule[];
  defaults: ReadonlySet<string>;
  onChange: (rule: Rule) => void;
}) {
  const remove = (rule: Rule): Promise<boolean> =>
    attempt(`${rule.id} could not be deleted`, async () => {
      await api().rules.delete({ id: rule.id });
      offerUndo(`Rule ${rule.id} deleted`, () => api().rules.create({ rule }));
    });
  return (
    <Table label="Rules" columns={columns}>
      {rules.map((rule) => (
        <tr key={rule.id}>
          <NumberCell>{rule.priority}</NumberCell>
          <td>
            <b>{rule.id}</b> {defaults.has(rule.id) ? <span className={classes.hint}>default</span> : null}
          </td>
          <td>{scopeText(rule.scope)}</td>
          <CodeCell>{resourceText(rule)}</CodeCell>
          <td>
            <span className={classes.access} data-denied={rule.access === Access.DENIED || undefined}>
              {rule.access === Access.DENIED ? 'denied' : 'granted'}
            </span>
          </td>
          <td>
            <Button variant="quiet" aria-label={`Change rule ${rule.id}`} onClick={() => onChange(rule)}>
              Change…
            </Button>
            {defaults.has(rule.id) ? null : (
              <Button variant="quiet" aria-label={`Delete rule ${rule.id}`} onClick={() => void remove(rule)}>
                Delete
              </Button>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
