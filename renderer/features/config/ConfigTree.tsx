import { IconChevronDown, IconChevronRight, IconLock } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useImperativeHandle, useRef } from 'react';
import classes from './Config.module.css';
import type { TreeRow } from './document.ts';

/** What the page can do with the tree. */
export interface TreeHandle {
  focus(): void;
}

/** The document as a tree, walked by arrow keys: right opens and left closes a level, or leads out of it. */
export function ConfigTree({
  rows,
  selected,
  ref,
  onSelect,
  onToggle,
  onEnter,
  onDelete,
}: {
  rows: readonly TreeRow[];
  selected: string | undefined;
  ref?: Ref<TreeHandle>;
  onSelect: (path: string) => void;
  onToggle: (path: string) => void;
  onEnter: () => void;
  onDelete: (path: string) => void;
}) {
  const tree = useRef<HTMLDivElement>(null);
  const found = rows.findIndex(({ path }) => path === selected);
  const active = Math.max(0, found);
  const focusRow = (path: string): void =>
    tree.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  useImperativeHandle(ref, () => ({ focus: () => focusRow(rows[active]?.path ?? '') }));

  const handleKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[active];
    if (!row) return;
    const go = (to: TreeRow | undefined): void => {
      if (!to) return;
      onSelect(to.path);
      requestAnimationFrame(() => focusRow(to.path));
    };
    const parent = row.path.includes('.') ? row.path.slice(0, row.path.lastIndexOf('.')) : undefined;
    if (event.key === 'ArrowDown') go(rows[active + 1]);
    else if (event.key === 'ArrowUp') go(rows[active - 1]);
    else if (event.key === 'Home') go(rows[0]);
    else if (event.key === 'End') go(rows.at(-1));
    else if (event.key === 'ArrowRight' && row.isLevel) {
      if (row.isOpen) go(rows[active + 1]);
      else onToggle(row.path);
    } else if (event.key === 'ArrowLeft') {
      if (row.isLevel && row.isOpen) onToggle(row.path);
      else go(rows.find(({ path }) => path === parent));
    } else if (event.key === 'Enter') {
      onSelect(row.path);
      onEnter();
    } else if (event.key === 'Delete' || event.key === 'Backspace') onDelete(row.path);
    else return;
    event.preventDefault();
  };

  return (
    <div ref={tree} className={classes.tree} role="tree" aria-label="Config" onKeyDown={handleKey}>
      {rows.map((row, index) => (
        <div
          key={row.path}
          role="treeitem"
          className={classes.row}
          data-path={row.path}
          tabIndex={index === active ? 0 : -1}
          aria-level={row.depth}
          aria-posinset={row.position}
          aria-setsize={row.siblings}
          aria-selected={index === found}
          aria-expanded={row.isLevel ? row.isOpen : undefined}
          style={{ paddingLeft: 8 + (row.depth - 1) * 18 }}
          onClick={() => onSelect(row.path)}
          onDoubleClick={() => (row.isLevel ? onToggle(row.path) : onEnter())}
        >
          <span
            className={classes.chevron}
            onClick={(event) => {
              if (!row.isLevel) return;
              event.stopPropagation();
              onToggle(row.path);
            }}
          >
            {row.isLevel ? row.isOpen ? <IconChevronDown size={13} /> : <IconChevronRight size={13} /> : null}
          </span>
          <span className={classes.name} title={row.path}>
            {row.name}
          </span>{' '}
          {row.isLevel ? (
            <span className={classes.dim}>
              {row.isOpen ? '' : `${row.count} ${row.count === 1 ? 'name' : 'names'}`}
            </span>
          ) : row.isSecret ? (
            <span className={classes.secret} title="A secret, kept encrypted">
              <IconLock size={12} stroke={1.8} aria-label="secret" /> ••••••
            </span>
          ) : (
            <code className={classes.value} data-sort={row.value === null ? 'word' : typeof row.value}>
              {JSON.stringify(row.value)}
            </code>
          )}
        </div>
      ))}
    </div>
  );
}
