import { useState } from 'react';
import type { Change } from '../../../shared/contract/gen/config_history_pb.ts';
import { Button } from '../../ui/Button.tsx';
import { formatMoment } from '../../ui/format.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { useNow } from '../../ui/useNow.ts';
import { FieldNote } from '../../ui/Form.tsx';
import classes from './Config.module.css';
import { shown } from './configActions.ts';
import { DifferenceList } from './DifferenceList.tsx';
import type { ConfigDocument } from './document.ts';
import { RollBackDialog } from './RollBackDialog.tsx';
import { useDifferences } from './useConfig.ts';

/** What one change did, in a line. */
function summary({ action, path, differences }: Change): string {
  const what = path !== '' ? path : `${differences.length} ${differences.length === 1 ? 'value' : 'values'}`;
  return action.startsWith('roll back') ? action.replace('roll back', 'rolled back') : `${action} ${what}`;
}

/** The changes of the document: what each did, what is different between any two, and the way back. */
export function HistoryPanel({
  document,
  changes,
  loaded,
  error,
}: {
  document: ConfigDocument;
  changes: readonly Change[];
  loaded: boolean;
  error: unknown;
}) {
  const [open, setOpen] = useState<number>();
  const [marked, setMarked] = useState<readonly number[]>([]);
  const [back, setBack] = useState<number>();
  const now = useNow();
  const [from, to = 0] = [...marked].sort((a, b) => a - b);
  const compared = useDifferences(document.namespace, from ?? 0, to, from !== undefined);
  const mark = (revision: number): void =>
    // Only two can be compared: a third takes the place of the first.
    setMarked((before) =>
      before.includes(revision) ? before.filter((other) => other !== revision) : [...before, revision].slice(-2),
    );

  if (error && !loaded) return <ErrorState error={error} />;
  if (!loaded) return <LoadingState rows={6} label="Loading the history" />;
  if (changes.length === 0)
    return <EmptyState title="No change yet" text="Each change is kept here, with the way back." />;
  return (
    <div className={classes.history}>
      {from === undefined ? (
        <FieldNote>Mark one revision to compare it with now, or two with each other.</FieldNote>
      ) : (
        <section className={classes.compare} aria-label="Comparison">
          <h2>
            Revision {from} → {to === 0 ? 'now' : to}
          </h2>
          {compared.isError ? (
            <ErrorState error={compared.error} />
          ) : compared.data ? (
            <DifferenceList differences={compared.data.map(shown)} label="Differences" />
          ) : (
            <LoadingState rows={3} />
          )}
        </section>
      )}
      <ol className={classes.changes} aria-label="Changes">
        {changes.map((change) => {
          const { revision, at, differences } = change;
          const isNow = revision === document.revision;
          return (
            <li key={revision}>
              <div className={classes.change}>
                <input
                  type="checkbox"
                  aria-label={`Compare revision ${revision}`}
                  checked={marked.includes(revision)}
                  onChange={() => mark(revision)}
                />
                <button
                  type="button"
                  className={classes.changeTitle}
                  aria-expanded={open === revision}
                  onClick={() => setOpen(open === revision ? undefined : revision)}
                >
                  <b>{revision}</b> <span className={classes.summary}>{summary(change)}</span>{' '}
                  <span className={classes.dim}>{formatMoment(at, now)}</span>
                </button>
                {isNow ? (
                  <span className={classes.current}>now</span>
                ) : (
                  <Button
                    variant="quiet"
                    aria-label={`Roll back to revision ${revision}`}
                    onClick={() => setBack(revision)}
                  >
                    Roll back…
                  </Button>
                )}
              </div>
              {open === revision ? (
                <DifferenceList differences={differences.map(shown)} label={`Changes of revision ${revision}`} />
              ) : null}
            </li>
          );
        })}
      </ol>
      {back === undefined ? null : (
        <RollBackDialog document={document} revision={back} onClose={() => setBack(undefined)} />
      )}
    </div>
  );
}
