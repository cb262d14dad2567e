import { memo, type MouseEvent } from 'react';
import { CallStatus } from './CallStatus.tsx';
import classes from './CallRow.module.css';
import { formatClock } from './format.ts';
import { formatLatency } from './trafficFormat.ts';

/** What a row shows of a call. */
export interface CallShown {
  readonly id: number;
  /** ms since 1970. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly grpcStatus?: number | undefined;
  readonly error: string;
  readonly failed: boolean;
  readonly durationMs: number;
}

/** One call in a narrow list: when, what, with which outcome and how long. */
export const CallRow = memo(function CallRow<T extends CallShown>({
  call,
  onOpen,
  onMenu,
}: {
  call: T;
  onOpen: (call: T) => void;
  onMenu: (call: T, at: { x: number; y: number }) => void;
}) {
  const handleMenu = (event: MouseEvent): void => {
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    // The menu key has no place of its own.
    const byKey = event.clientX === 0 && event.clientY === 0;
    onMenu(call, byKey ? { x: box.left + 24, y: box.bottom } : { x: event.clientX, y: event.clientY });
  };
  return (
    <button
      type="button"
      className={classes.row}
      data-call={call.id}
      onClick={() => onOpen(call)}
      onContextMenu={handleMenu}
    >
      {/* The spaces are for those who hear the row. */}
      <span className={classes.time}>{formatClock(call.at)}</span>{' '}
      <span className={classes.what} title={`${call.method} ${call.path}`}>
        <span className={classes.method}>{call.method}</span> {call.path}
      </span>{' '}
      <CallStatus status={call.status} grpcStatus={call.grpcStatus} error={call.error} failed={call.failed} />{' '}
      <span className={classes.took}>{formatLatency(call.durationMs)}</span>
    </button>
  );
}) as <T extends CallShown>(props: {
  call: T;
  onOpen: (call: T) => void;
  onMenu: (call: T, at: { x: number; y: number }) => void;
}) => React.ReactNode;
