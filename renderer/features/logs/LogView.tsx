import { IconArrowDown } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { isMac } from '../../client/platform.ts';
import { RowScrollbar } from '../../ui/RowScrollbar.tsx';
import { useNow } from '../../ui/useNow.ts';
import { useSize } from '../../ui/useSize.ts';
import type { LogController } from './LogController.ts';
import { handleLogKey, type LogKeyActions, logKeyHelp } from './logKeys.ts';
import { drawnLine } from './logRow.ts';
import { LogRowView } from './LogRowView.tsx';
import classes from './Logs.module.css';
import type { TimeStyle } from './logTime.ts';
import { markKey } from './marks.ts';
import type { MatchFinder } from './matches.ts';
import { RowSlots } from './rowSlots.ts';
import { selectedRange } from './selection.ts';
import { useLogSnapshot } from './useLog.ts';
import { useLogSelection, useLogWheel } from './useLogGestures.ts';
import { useMeasuredRows } from './useMeasuredRows.ts';

/** Where in the window a menu of the view is asked for, and for which row and address. */
export interface LogMenuRequest {
  readonly at: { readonly x: number; readonly y: number };
  readonly row: number | undefined;
  readonly url: string | undefined;
}

interface LogViewProps {
  readonly controller: LogController;
  readonly label: string;
  readonly showService: boolean;
  readonly wrap: boolean;
  readonly timeStyle: TimeStyle;
  readonly finder: MatchFinder | undefined;
  readonly ticks: readonly number[];
  /** Marked lines, by markKey. */
  readonly marks: ReadonlySet<string>;
  readonly actions: Omit<LogKeyActions, 'openMenu'>;
  readonly compact: boolean;
  readonly empty: ReactNode;
  readonly onMenu: (request: LogMenuRequest) => void;
}

/** The current time for relative times; 0 where nobody looks at it. */
function RelativeNow({ children }: { children: (nowMs: number) => ReactNode }) {
  return children(useNow());
}

/** The rows of a log, with their own scrolling and selecting. */
export function LogView(props: LogViewProps) {
  const { controller, label, showService, wrap, timeStyle, finder, marks, onMenu } = props;
  const snapshot = useLogSnapshot(controller);
  const { extent, placed, selection, cursor } = snapshot;
  const grid = useRef<HTMLDivElement>(null);
  const size = useSize(grid);
  useLogWheel(grid, controller);
  const gestures = useLogSelection(grid, controller);
  useLayoutEffect(() => controller.setViewport(size.height), [controller, size.height]);
  useEffect(() => controller.forgetHeights(), [controller, wrap, size.width]);
  useMeasuredRows(grid, controller, wrap);

  const openMenu = (): void => {
    const box = grid.current?.querySelector(`[data-row="${cursor ?? -1}"]`)?.getBoundingClientRect();
    const view = grid.current?.getBoundingClientRect();
    const at = { x: (box ?? view)?.left ?? 0, y: box?.bottom ?? view?.top ?? 0 };
    onMenu({ at: { x: at.x + 24, y: at.y }, row: cursor, url: undefined });
  };

  const handleKey = (event: KeyboardEvent): void => {
    if (event.target !== grid.current || event.altKey) return;
    const ctrl = isMac ? event.metaKey : event.ctrlKey;
    const handled = handleLogKey({ key: event.key, ctrl, shift: event.shiftKey }, controller, {
      ...props.actions,
      openMenu,
    });
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const [slots] = useState(() => new RowSlots());
  const keys = slots.assign(placed.map(({ row }) => row));
  const rows = (nowMs: number): ReactNode =>
    placed.map(({ row, top }, index) => {
      const record = controller.row(row);
      const shownLength = selection && record?.kind === 'line' ? drawnLine(record).shown.length : 0;
      const selected = selectedRange(selection, row, shownLength);
      return (
        <LogRowView
          key={keys[index]}
          row={row}
          record={record}
          top={top}
          showService={showService}
          timeStyle={timeStyle}
          nowMs={nowMs}
          finder={finder}
          selectedFrom={selected?.start ?? -1}
          selectedTo={selected?.end ?? -1}
          cursor={cursor === row}
          marked={record?.kind === 'line' && marks.has(markKey(record))}
          opened={controller.shapes.isOpened(row)}
          foldedRows={controller.shapes.foldedUnder(row)}
          unfolded={controller.shapes.isUnfolded(row)}
          controller={controller}
        />
      );
    });

  const isEmpty = extent.end <= extent.first;
  return (
    <div
      className={[
        classes.view,
        wrap ? classes.wrap : '',
        props.compact ? classes.compact : '',
        showService ? classes.merged : '',
      ].join(' ')}
    >
      <div
        ref={grid}
        className={classes.grid}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-description={logKeyHelp}
        aria-rowcount={extent.end - extent.first}
        aria-multiselectable="true"
        onKeyDown={handleKey}
        onContextMenu={(event) => {
          event.preventDefault();
          const target = event.target instanceof Element ? event.target : undefined;
          const row = Number(target?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? 'NaN');
          const url = target?.closest<HTMLElement>('[data-url]')?.dataset['url'];
          onMenu({ at: { x: event.clientX, y: event.clientY }, row: Number.isNaN(row) ? undefined : row, url });
        }}
        onClick={(event) => {
          const target = event.target instanceof Element ? event.target : undefined;
          const url = target?.closest<HTMLElement>('[data-url]')?.dataset['url'];
          if (url !== undefined) onMenu({ at: { x: event.clientX, y: event.clientY }, row: undefined, url });
        }}
        {...gestures}
      >
        {timeStyle === 'relative' ? <RelativeNow>{rows}</RelativeNow> : rows(0)}
      </div>
      {isEmpty ? <div className={classes.state}>{props.empty}</div> : null}
      <RowScrollbar
        onDrag={(start) => controller.dragThumb(start)}
        thumb={snapshot.thumb}
        trackPx={size.height + 4}
        ticks={props.ticks}
      />
      {snapshot.waiting > 0 ? (
        <button type="button" className={classes.jump} onClick={() => controller.follow()}>
          <IconArrowDown size={14} aria-hidden="true" />
          {snapshot.waiting.toLocaleString('en')} new {snapshot.waiting === 1 ? 'line' : 'lines'}
        </button>
      ) : null}
      {extent.scanning ? (
        <div className={classes.notice} role="status">
          searching older lines, {Math.floor((extent.scanning.scanned / Math.max(1, extent.scanning.total)) * 100)} %
        </div>
      ) : extent.status === 'lost' ? (
        <div className={classes.notice} data-tone="bad" role="status">
          the connection was lost and is tried again
        </div>
      ) : null}
    </div>
  );
}
