import type { ReactNode } from 'react';
import classes from './Table.module.css';

/** A column of a {@link Table}. */
export interface TableColumn {
  readonly title: string;
  /** Read out, not shown: for what needs no title to be understood, such as buttons. */
  readonly spoken?: boolean;
  readonly number?: boolean;
}

/** A table of a few rows, which are its children; long ones are grids that draw only what is in view. */
export function Table({
  label,
  columns,
  children,
}: {
  label: string;
  columns: readonly TableColumn[];
  children: ReactNode;
}) {
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ title, spoken, number }) => (
            <th key={title} className={number === true ? classes.number : undefined}>
              {spoken === true ? <span className="visually-hidden">{title}</span> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** A cell with a number: its digits stand under those of other rows. */
export function NumberCell({ children }: { children: ReactNode }) {
  return <td className={classes.number}>{children}</td>;
}

/** A cell with text of a program. */
export function CodeCell({ children }: { children: ReactNode }) {
  return <td className={classes.code}>{children}</td>;
}

/** What stands in the place of a table without rows. */
export function NoRows({ children }: { children: ReactNode }) {
  return <p className={classes.none}>{children}</p>;
}
