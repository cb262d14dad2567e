import type { Refusal } from '../../../shared/contract/gen/authority_pb.ts';
import { formatMoment } from '../../ui/format.ts';
import { useNow } from '../../ui/useNow.ts';
import { CodeCell, NoRows, Table, type TableColumn } from '../../ui/Table.tsx';
import classes from './Access.module.css';

const columns: readonly TableColumn[] = [{ title: 'Time' }, { title: 'Account' }, { title: 'What' }, { title: 'Why' }];

/** What was refused to whom, newest first, as it happens. */
export function RefusalTable({ refusals }: { refusals: readonly Refusal[] }) {
  const now = useNow();
  if (refusals.length === 0)
    return <NoRows>Nothing was refused. What a rule denies, and every wrong secret or token, is listed here.</NoRows>;
  return (
    <Table label="Refused" columns={columns}>
      {refusals.map((refusal, index) => (
        <tr key={`${refusal.at} ${refusals.length - index}`}>
          <td className={classes.time}>{formatMoment(refusal.at, now)}</td>
          <td>{refusal.account || <span className={classes.hint}>nobody</span>}</td>
          <CodeCell>{refusal.resource}</CodeCell>
          <td>
            {refusal.message}
            {refusal.more > 0 ? (
              <span className={classes.hint}> and {refusal.more.toLocaleString('en')} before it</span>
            ) : null}
          </td>
        </tr>
      ))}
    </Table>
  );
}
