import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useCallback, useRef, useState } from 'react';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import { focusInspector, rememberFocus } from '../../state/focusReturn.ts';
import { currentPlace, selectService, useSelectedService } from '../../state/navigation.ts';
import { openLog } from '../../state/panels.ts';
import { useProjects } from '../../state/serverState.ts';
import { uiStore } from '../../state/uiState.ts';
import { ServiceMenu } from './ServiceMenu.tsx';
import { ServiceRow } from './ServiceRow.tsx';
import classes from './ServicesTable.module.css';
import { TableHeader } from './TableHeader.tsx';
import { useActiveRow } from './useActiveRow.ts';

/** px; the row's height in the style sheet. */
const ROW_HEIGHT = 34;

/** px; the header's height in the style sheet. It stays at the top, so rows begin and end below it. */
const HEADER_HEIGHT = 32;

/** Rows drawn beyond the edges, so that a quick scroll shows no gaps. */
const OVERSCAN = 8;

/**
 * The table. One row is active and has the focus; it is remembered by the name of its service, so that neither a change,
 * nor another order, nor scrolling takes the focus away. Rows stand in the document in the order of their names and are
 * moved by their position only: moving an element in the document would drop its focus.
 */
export function ServicesTable({
  rows,
  marked,
  onMark,
}: {
  rows: readonly Service[];
  marked: ReadonlySet<string>;
  onMark: (marked: ReadonlySet<string>) => void;
}) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const { active, activeIndex, setActive } = useActiveRow(rows, scrollRef);
  const selected = useSelectedService();
  const manyProjects = useProjects().size > 1;
  const [menu, setMenu] = useState<{ service: string; at: { x: number; y: number } }>();
  const anchor = useRef<string | undefined>(undefined);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    scrollMargin: HEADER_HEIGHT,
    scrollPaddingStart: HEADER_HEIGHT,
    initialRect: { width: 1000, height: 600 },
    getItemKey: (index) => rows[index]?.name ?? index,
    // The active row is always there, or its focus would be lost when it is scrolled away.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return activeIndex < 0 || indexes.includes(activeIndex) ? indexes : [...indexes, activeIndex];
    },
  });

  const focusRow = useCallback(
    (name: string): void => {
      setActive(name);
      requestAnimationFrame(() => rowElement(scrollRef.current, name)?.focus({ preventScroll: true }));
    },
    [setActive],
  );

  const moveTo = (index: number, extend: boolean): void => {
    const target = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[target];
    if (!row) return;
    virtualizer.scrollToIndex(target);
    focusRow(row.name);
    if (extend) markRange(row.name);
    else anchor.current = row.name;
    if (currentPlace().service !== undefined && uiStore.getState().inspectorOpen) {
      selectService(row.name, { replace: true });
    }
  };

  const markRange = (to: string): void => {
    const from = rows.findIndex((row) => row.name === (anchor.current ?? active));
    const end = rows.findIndex((row) => row.name === to);
    if (from < 0 || end < 0) return;
    onMark(new Set(rows.slice(Math.min(from, end), Math.max(from, end) + 1).map((row) => row.name)));
  };

  const toggleMark = (name: string): void => {
    const next = new Set(marked);
    if (!next.delete(name)) next.add(name);
    anchor.current = name;
    onMark(next);
  };

  const openMenu = (name: string, at: { x: number; y: number }): void => {
    setActive(name);
    setMenu({ service: name, at });
  };

  const openDetails = (name: string): void => {
    rememberFocus(() => focusRow(name));
    selectService(name);
  };

  const handleKey = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute('role') !== 'row') return;
    const page = Math.max(1, Math.floor((scrollRef.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
    };
    const move = moves[event.key];
    const withMod = event.ctrlKey || event.metaKey;
    if (move !== undefined && !withMod && !event.altKey) moveTo(move, event.shiftKey);
    else if (event.key === 'Enter' && active) {
      openDetails(active);
      focusInspector();
    } else if (event.key === ' ' && active) toggleMark(active);
    else if (event.key.toLowerCase() === 'a' && withMod) onMark(new Set(rows.map((row) => row.name)));
    else if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && active) {
      const box = rowElement(scrollRef.current, active)?.getBoundingClientRect();
      if (box) openMenu(active, { x: box.left + 40, y: box.bottom });
    } else if (event.key === 'Escape') {
      if (marked.size > 0) onMark(new Set());
      else if (currentPlace().service !== undefined) selectService(undefined);
      else return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const handleRowClick = (event: MouseEvent, name: string): void => {
    if (event.shiftKey) {
      markRange(name);
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      toggleMark(name);
      return;
    }
    anchor.current = name;
    setActive(name);
    openDetails(name);
  };

  const items = virtualizer
    .getVirtualItems()
    .flatMap((item) => {
      const service = rows[item.index];
      return service ? [{ item, service }] : [];
    })
    .sort((a, b) => (a.service.name < b.service.name ? -1 : 1));

  return (
    <div
      ref={scrollRef}
      className={classes.table}
      role="grid"
      aria-label="Services"
      aria-multiselectable="true"
      aria-rowcount={rows.length + 1}
      data-projects={manyProjects || undefined}
      onKeyDown={handleKey}
    >
      <TableHeader
        allMarked={rows.length > 0 && rows.every((row) => marked.has(row.name))}
        onMarkAll={(mark) => onMark(mark ? new Set(rows.map((row) => row.name)) : new Set())}
      />
      <div className={classes.rows} role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ item, service }) => (
          <ServiceRow
            key={service.name}
            service={service}
            top={item.start - HEADER_HEIGHT}
            rowIndex={item.index + 2}
            active={service.name === active}
            selected={service.name === selected}
            marked={marked.has(service.name)}
            onClick={handleRowClick}
            onOpenLog={(name) => openLog([name])}
            onFocus={setActive}
            onMark={toggleMark}
            onMenu={openMenu}
          />
        ))}
      </div>
      <ServiceMenu
        name={menu?.service}
        at={menu?.at}
        onClose={() => {
          setMenu(undefined);
          if (menu) focusRow(menu.service);
        }}
      />
    </div>
  );
}

function rowElement(table: HTMLElement | null, name: string): HTMLElement | undefined {
  // A name has letters, digits and dashes only, so it needs no escaping.
  return table?.querySelector<HTMLElement>(`[data-service="${name}"]`) ?? undefined;
}
