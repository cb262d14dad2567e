import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { setUi, useUi } from '../../state/uiState.ts';
import { columns } from './columns.ts';
import classes from './ServicesTable.module.css';

/** The names of the columns, which sort the table, and the mark of all rows. */
export function TableHeader({ allMarked, onMarkAll }: { allMarked: boolean; onMarkAll: (mark: boolean) => void }) {
  const sort = useUi((state) => state.serviceSort);
  return (
    <div className={classes.header} role="row" aria-rowindex={1}>
      <span className={classes.cell} role="columnheader">
        <input
          type="checkbox"
          className={classes.check}
          aria-label="Mark all"
          checked={allMarked}
          onChange={(event) => onMarkAll(event.target.checked)}
        />
      </span>
      {columns.map((column) => {
        const sorted = sort.column === column.id;
        return (
          <span
            key={column.id}
            className={classes.cell}
            data-column={column.id}
            data-number={column.number || undefined}
            role="columnheader"
            aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
          >
            <button
              type="button"
              className={classes.sort}
              onClick={() =>
                setUi({
                  serviceSort: {
                    column: column.id,
                    descending: sorted ? !sort.descending : (column.number ?? false),
                  },
                })
              }
            >
              {column.title}
              {sorted ? sort.descending ? <IconChevronDown size={12} /> : <IconChevronUp size={12} /> : null}
            </button>
          </span>
        );
      })}
      <span className={classes.cell} role="columnheader">
        <span className="visually-hidden">Menu</span>
      </span>
    </div>
  );
}
