import { memo } from 'react';
import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';
import { formatBytes, formatMoment } from '../../ui/format.ts';
import { useNow } from '../../ui/useNow.ts';
import { formatLeft } from './life.ts';
import classes from './Store.module.css';

function Left({ expiresAt }: { expiresAt: number }) {
  const now = useNow();
  return <span title={`ends ${formatMoment(expiresAt, now)}`}>{formatLeft(expiresAt, now)}</span>;
}

/** A key in the list: marked or not, its size, and what is left of its life. Without a record it is on its way. */
export const KeyRow = memo(function KeyRow({
  record,
  index,
  top,
  isActive,
  isMarked,
  onPick,
  onMark,
}: {
  record: RecordInfo | undefined;
  index: number;
  /** px below the upper edge of the list. */
  top: number;
  isActive: boolean;
  isMarked: boolean;
  onPick: (index: number, extend: boolean) => void;
  onMark: (index: number) => void;
}) {
  return (
    <div
      role="row"
      id={`store-row-${index}`}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 1}
      aria-selected={isMarked}
      data-active={isActive || undefined}
      data-key={record?.key}
      onClick={(event) => onPick(index, event.shiftKey)}
    >
      <span role="gridcell" className={classes.mark}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isMarked}
          disabled={!record}
          aria-label={`Mark ${record?.key ?? 'the record'}`}
          onClick={(event) => event.stopPropagation()}
          onChange={() => onMark(index)}
        />
      </span>
      <span role="gridcell" className={classes.key} title={record?.key}>
        {record ? record.key : <span className={classes.bone} />}
      </span>
      <span role="gridcell" className={classes.number}>
        {record ? formatBytes(record.bytes) : ''}
      </span>
      <span role="gridcell" className={classes.left}>
        {record && record.expiresAt > 0 ? <Left expiresAt={record.expiresAt} /> : ''}
      </span>
    </div>
  );
});
