import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';
import { isMac } from '../../client/platform.ts';
import { RowScrollbar } from '../../ui/RowScrollbar.tsx';
import { useLongList } from '../../ui/useLongList.ts';
import type { KeyPages } from './keyPages.ts';
import { KeyRow } from './KeyRow.tsx';
import { type Marks, noMarks, toggled, withRange } from './marks.ts';
import classes from './Store.module.css';

/** px; the row's height in the style sheet. */
const rowPx = 28;
/** Rows beside those in sight that are asked for with them, so that a small scroll finds them there. */
const marginRows = 40;

/** What the page can do with the list. */
export interface KeyListHandle {
  focus(): void;
}

/** The keys of a table in rows, of which only those in sight are drawn and only those near it are held. */
export function KeyList({
  pages,
  label,
  openKey,
  marks,
  reverse,
  ref,
  onMarks,
  onOpen,
  onEnter,
  onDelete,
  onMarkAll,
  onReverse,
}: {
  pages: KeyPages;
  label: string;
  openKey: string | undefined;
  marks: Marks;
  reverse: boolean;
  ref?: Ref<KeyListHandle>;
  onMarks: (marks: Marks) => void;
  /** A row was chosen: its record is to be shown. */
  onOpen: (key: string) => void;
  /** The keyboard wants to go on into the record. */
  onEnter: () => void;
  onDelete: (records: readonly RecordInfo[]) => void;
  onMarkAll: () => void;
  onReverse: () => void;
}) {
  const grid = useRef<HTMLDivElement>(null);
  const list = useLongList(grid, pages.count, rowPx);
  const [chosen, setChosen] = useState(0);
  /** Where marking with shift began; by its key, for rows come and go above it. */
  const [from, setFrom] = useState<{ key: string | undefined; row: number }>();
  /** A row that was gone to before its record had come; it opens when it does. */
  const [awaited, setAwaited] = useState<number>();
  // The open record keeps the keyboard, also when rows come or go above it.
  const openAt = openKey === undefined ? undefined : pages.indexOf(openKey);
  const active = Math.max(0, Math.min(pages.count - 1, awaited ?? openAt ?? chosen));
  useImperativeHandle(ref, () => ({ focus: () => grid.current?.focus() }));

  const { first, end } = list;
  useEffect(() => {
    pages.want(Math.max(0, first - marginRows), Math.max(end, first + 1) + marginRows);
  }, [pages, first, end, pages.count]);

  const go = (row: number): void => {
    const next = Math.max(0, Math.min(pages.count - 1, row));
    setChosen(next);
    list.reveal(next);
    const record = pages.row(next);
    setAwaited(record ? undefined : next);
    if (record) onOpen(record.key);
  };
  const extendTo = (row: number): void => {
    const begin = from ?? { key: pages.row(active)?.key, row: active };
    const start = (begin.key === undefined ? undefined : pages.indexOf(begin.key)) ?? begin.row;
    setFrom(begin);
    onMarks(withRange(noMarks, start, Math.max(0, Math.min(pages.count - 1, row)), (each) => pages.row(each)));
  };

  const pick = (row: number, extend: boolean): void => {
    if (extend) extendTo(row);
    else setFrom(undefined);
    go(row);
  };
  const mark = (row: number): void => {
    const record = pages.row(row);
    if (record) onMarks(toggled(marks, record));
  };
  // Rows are drawn again only when they change: they are given the same functions each time.
  const latest = useRef({ pick, mark, go });
  useEffect(() => {
    latest.current = { pick, mark, go };
  });
  const hasCome = awaited !== undefined && pages.row(awaited) !== undefined;
  useEffect(() => {
    if (hasCome && awaited !== undefined) latest.current.go(awaited);
  }, [hasCome, awaited]);
  const pickRow = useCallback((row: number, extend: boolean) => latest.current.pick(row, extend), []);
  const markRow = useCallback((row: number) => latest.current.mark(row), []);

  const handleKey = (event: KeyboardEvent): void => {
    const mod = isMac ? event.metaKey : event.ctrlKey;
    if (mod && event.key.toLowerCase() === 'a') onMarkAll();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else {
      const moves: Record<string, number> = {
        ArrowDown: active + 1,
        ArrowUp: active - 1,
        PageDown: active + list.fits - 1,
        PageUp: active - list.fits + 1,
        Home: 0,
        End: pages.count - 1,
      };
      const move = moves[event.key];
      const record = pages.row(active);
      if (move !== undefined) pick(move, event.shiftKey);
      else if (event.key === 'Enter') {
        if (record) onOpen(record.key);
        onEnter();
      } else if (event.key === ' ') mark(active);
      else if (event.key === 'Escape' && marks.size > 0) onMarks(noMarks);
      else if (event.key === 'Delete' || event.key === 'Backspace') {
        if (marks.size > 0) onDelete([...marks.values()]);
        else if (record) onDelete([record]);
      } else return;
    }
    event.preventDefault();
  };

  const rows = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  return (
    <div className={classes.keys}>
      <div className={classes.header}>
        <button type="button" className={classes.order} onClick={onReverse} title="Turn the order round">
          Key{' '}
          {reverse ? (
            <IconArrowDown size={12} aria-label="descending" />
          ) : (
            <IconArrowUp size={12} aria-label="ascending" />
          )}
        </button>
        <span className={classes.number}>Size</span>
        <span className={classes.left}>Ends in</span>
      </div>
      <div
        ref={grid}
        className={classes.grid}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={pages.count}
        aria-multiselectable="true"
        aria-activedescendant={active >= first && active < end ? `store-row-${active}` : undefined}
        onKeyDown={handleKey}
      >
        <div role="rowgroup">
          {rows.map((row) => (
            <KeyRow
              key={row}
              record={pages.row(row)}
              index={row}
              top={list.topOf(row)}
              isActive={row === active}
              isMarked={marks.has(pages.row(row)?.key ?? '')}
              onPick={pickRow}
              onMark={markRow}
            />
          ))}
        </div>
      </div>
      <div className={classes.bar}>
        <RowScrollbar onDrag={list.drag} thumb={list.thumb} trackPx={list.heightPx} />
      </div>
    </div>
  );
}
