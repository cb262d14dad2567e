import { IconDatabase } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { formatBytes } from '../../ui/format.ts';
import classes from './Store.module.css';
import type { TablePlace } from './recordActions.ts';
import type { DatabaseTables } from './useTables.ts';

/** The databases with their tables, how many records each has and how large it is. Arrow keys go from table to table. */
export function TableList({
  databases,
  shown,
  onTable,
}: {
  databases: readonly DatabaseTables[];
  shown: TablePlace;
  onTable: (place: TablePlace) => void;
}) {
  const handleKey = (event: KeyboardEvent<HTMLElement>): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  };
  return (
    <nav className={classes.tables} aria-label="Tables" onKeyDown={handleKey}>
      {databases.map(({ database, records, bytes, tables }) => (
        <section key={database} aria-label={`Database ${database}`}>
          <h2 className={classes.database} title={`${records.toLocaleString('en')} records, ${formatBytes(bytes)}`}>
            <IconDatabase size={13} stroke={1.7} aria-hidden="true" />
            <span>{database}</span>
            <small>{formatBytes(bytes)}</small>
          </h2>
          <ul>
            {tables.map((each) => {
              const isShown = each.database === shown.database && each.table === shown.table;
              return (
                <li key={each.table}>
                  <button
                    type="button"
                    className={classes.table}
                    aria-current={isShown || undefined}
                    title={`${database}/${each.table}: ${each.records.toLocaleString('en')} records, ${formatBytes(each.bytes)}`}
                    onClick={() => onTable({ database, table: each.table })}
                  >
                    <span>{each.table}</span> <small>{each.records.toLocaleString('en')}</small>
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </nav>
  );
}
