import type { Refusal } from '../../../shared/contract/gen/authority_pb.ts';
import { formatMoment } from '../../ui/format.ts';
import { useNow } from '../../ui/useNow.ts';
import classes from './Access.module.css';

/** What was refused to whom, newest first, as it happens. */
export function RefusalTable({ refusals }: { refusals: readonly Refusal[] }) {
  const now = useNow();
  if (refusals.length === 0)
    return (
      <p className={classes.empty}>
        Nothing was refused. What a rule denies, and every wrong secret or token, is listed here.
      </p>
    );
  return (
    <table className={classes.table} aria-label="Refused">
      <thead>
        <tr>
          <th>Time</th>
          <th>Account</th>
          <th>What</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {refusals.map((refusal, index) => (
          <tr key={`${refusal.at} ${refusals.length - index}`}>
            <td className={classes.time}>{formatMoment(refusal.at, now)}</td>
            <td>{refusal.account || <span className={classes.hint}>nobody</span>}</td>
            <td className={classes.mono}>{refusal.resource}</td>
            <td>
              {refusal.message}
              {refusal.more > 0 ? (
                <span className={classes.hint}> and {refusal.more.toLocaleString('en')} before it</span>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
