import { Button } from '../../ui/Button.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import type { TablePlace } from './recordActions.ts';
import classes from './Store.module.css';
import type { RecordState } from './useRecord.ts';

/** Stands where the open record would: it is on its way, could not be read, or is not there. */
export function MissingRecord({
  place,
  recordKey,
  state: { status, error },
  onReload,
  onCreate,
}: {
  place: TablePlace;
  recordKey: string;
  state: RecordState;
  onReload: () => void;
  onCreate: () => void;
}) {
  return (
    <div className={classes.record}>
      {status === 'failed' ? (
        <ErrorState error={error} onRetry={onReload} />
      ) : status === 'loading' ? (
        <LoadingState rows={5} label="Loading the record" />
      ) : (
        <EmptyState
          title={`There is no record “${recordKey}”`}
          text={`Nothing in ${place.database}/${place.table} has this key.`}
          action={<Button onClick={onCreate}>Create it…</Button>}
        />
      )}
    </div>
  );
}
