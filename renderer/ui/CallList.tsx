import classes from './CallList.module.css';
import { CallRow, type CallShown } from './CallRow.tsx';
import { EmptyState, ErrorState, LoadingState } from './States.tsx';

/** Where a menu opens, px in the window. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** Calls in a narrow list, or why there are none (yet). */
export function CallList<T extends CallShown>({
  calls,
  loaded,
  error,
  label,
  empty,
  onOpen,
  onMenu,
}: {
  calls: readonly T[];
  /** False while the first answer is on its way. */
  loaded: boolean;
  error: unknown;
  label: string;
  empty: { title: string; text: string };
  /** The same function in each drawing, so that a row that did not change is not drawn again; so `onMenu`. */
  onOpen: (call: T) => void;
  onMenu: (call: T, at: MenuPlace) => void;
}) {
  if (error && !loaded) return <ErrorState error={error} />;
  if (!loaded) return <LoadingState rows={5} label="Loading calls" />;
  if (calls.length === 0) return <EmptyState {...empty} />;
  return (
    <ol className={classes.calls} aria-label={label}>
      {calls.map((call) => (
        <li key={call.id}>
          <CallRow call={call} onOpen={onOpen} onMenu={onMenu} />
        </li>
      ))}
    </ol>
  );
}
