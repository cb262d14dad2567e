import { memo, type MouseEvent } from 'react';
import { serviceColour } from '../../../shared/lib/serviceColour.ts';
import { formatBytes } from '../../ui/format.ts';
import { JsonTree } from './JsonTree.tsx';
import { drawnLine, effectiveLevel, isErrorLevel, type LogLine, type LogRow, type RunDivider } from './logRow.ts';
import type { LogController } from './LogController.ts';
import classes from './Logs.module.css';
import { LogText } from './LogText.tsx';
import { formatLogMoment, formatLogTime, type TimeStyle } from './logTime.ts';
import type { MatchFinder } from './matches.ts';
import { WholeLine } from './WholeLine.tsx';

/** What a row needs to draw itself; all of it plain values, so that a row that is as before is not drawn again. */
export interface LogRowProps {
  readonly row: number;
  readonly record: LogRow | undefined;
  readonly top: number;
  readonly showService: boolean;
  readonly timeStyle: TimeStyle;
  /** Only for relative times, else 0. */
  readonly nowMs: number;
  readonly finder: MatchFinder | undefined;
  /** Characters that are selected; -1 for none. */
  readonly selectedFrom: number;
  readonly selectedTo: number;
  readonly cursor: boolean;
  readonly marked: boolean;
  readonly opened: boolean;
  readonly foldedRows: number;
  readonly unfolded: boolean;
  readonly controller: LogController;
}

function toneOf(level: string): 'bad' | 'warn' | undefined {
  if (isErrorLevel(level)) return 'bad';
  return level === 'warn' ? 'warn' : undefined;
}

/** What stands in the level column: the level, else a stream that is not the ordinary one. */
function levelText(record: LogLine): string {
  if (record.level !== '') return record.level;
  return record.stream === 'stdout' || record.stream === 'tty' ? '' : record.stream;
}

/** The keys of the log go on working after a click on a button of a row; the row's own key for it is Enter. */
function keepFocusInLog(event: MouseEvent<HTMLElement>): void {
  event.preventDefault();
  event.currentTarget.closest<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
}

function Divider({ record, showService }: { record: RunDivider; showService: boolean }) {
  return (
    <div className={classes.divider} data-failed={record.failed || undefined} role="gridcell">
      <span>
        {showService ? `${record.service} · ` : ''}
        run {record.run} {record.text}
      </span>
    </div>
  );
}

function Line(props: LogRowProps & { record: LogLine }) {
  const { record, row, showService, timeStyle, nowMs, foldedRows, unfolded, opened, controller } = props;
  const line = drawnLine(record);
  const selection = props.selectedFrom < 0 ? undefined : { start: props.selectedFrom, end: props.selectedTo };
  const canOpen = foldedRows > 0 || line.json !== undefined || record.trueBytes > 0;
  const isOpen = foldedRows > 0 ? unfolded : opened;
  return (
    <>
      <div className={classes.line}>
        <span className={classes.time} role="gridcell" title={formatLogMoment(record.timeUs, timeStyle)}>
          {formatLogTime(record.timeUs, timeStyle, nowMs)}
        </span>
        {showService ? (
          <span className={classes.service} role="gridcell" title={record.service}>
            <b style={{ background: serviceColour(record.service) }} />
            <span>{record.service}</span>
          </span>
        ) : null}
        <span
          className={classes.level}
          role="gridcell"
          data-tone={toneOf(effectiveLevel(record.level))}
          data-stderr={record.stream === 'stderr' || undefined}
          title={`${effectiveLevel(record.level)}, ${record.stream}`}
        >
          {levelText(record)}
        </span>
        <span className={classes.opener} role="gridcell">
          {canOpen ? (
            <button
              type="button"
              tabIndex={-1}
              aria-expanded={isOpen}
              aria-label={isOpen ? 'Close details' : 'Open details'}
              onMouseDown={keepFocusInLog}
              onClick={() => {
                controller.setCursor(row);
                controller.toggle(row);
              }}
            >
              {isOpen ? '▾' : '▸'}
            </button>
          ) : null}
        </span>
        <span className={classes.text} role="gridcell" data-text={row}>
          <LogText
            line={line}
            finder={props.finder}
            matches={line.json ? undefined : record.matches}
            selection={selection}
          />
          {record.trueBytes > 0 ? <span className={classes.cut}>… {formatBytes(record.trueBytes)} in all</span> : null}
          {foldedRows > 0 && !unfolded ? <span className={classes.cut}> · {foldedRows} more lines</span> : null}
        </span>
      </div>
      {opened && line.json ? (
        <div key={row} className={classes.details} data-own-selection>
          <JsonTree value={line.json.value} />
        </div>
      ) : null}
      {opened && record.trueBytes > 0 ? <WholeLine key={row} row={row} source={controller.source} /> : null}
    </>
  );
}

/** One row of a log view. */
export const LogRowView = memo(function LogRowView(props: LogRowProps) {
  const { record, row, top } = props;
  const isError = record?.kind === 'line' && isErrorLevel(record.level);
  return (
    <div
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      role="row"
      aria-rowindex={row + 1}
      aria-selected={props.cursor || props.selectedFrom >= 0}
      data-row={row}
      data-cursor={props.cursor || undefined}
      data-marked={props.marked || undefined}
      data-tone={isError ? 'bad' : undefined}
    >
      {record === undefined ? (
        <div className={classes.pending} role="gridcell" aria-label="Loading" />
      ) : record.kind === 'gone' ? (
        <div className={classes.gone} role="gridcell">
          removed by the limits of the log
        </div>
      ) : record.kind === 'divider' ? (
        <Divider record={record} showService={props.showService} />
      ) : (
        <Line {...props} record={record} />
      )}
    </div>
  );
});
