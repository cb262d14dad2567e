import { useState } from 'react';
import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { formatBytes, formatMoment } from '../../ui/format.ts';
import { useNow } from '../../ui/useNow.ts';
import { formatLeft, lifeProblem } from './life.ts';
import { LifeField } from './LifeField.tsx';
import classes from './Store.module.css';

/** The key, the size, the revision, the end and the metadata of a record. The end can be changed here. */
export function RecordFacts({
  recordKey,
  info,
  isFixed,
  onLife,
}: {
  recordKey: string;
  info: RecordInfo;
  /** Whether the end cannot be changed now. */
  isFixed: boolean;
  /** The record is to live so long from now on; empty: without end. */
  onLife: (life: string) => Promise<void>;
}) {
  const [life, setLife] = useState<string>();
  const now = useNow();
  const fields = Object.entries(info.metadata);
  const save = async (): Promise<void> => {
    if (life === undefined || lifeProblem(life) !== undefined) return;
    await onLife(life);
    setLife(undefined);
  };
  return (
    <header className={classes.head}>
      <h2 className={classes.title} data-selectable>
        {recordKey}
      </h2>
      <div className={classes.facts}>
        <span>{formatBytes(info.bytes)}</span>
        <span title="Grows with each write anywhere in the store">revision {info.revision}</span>
        {life === undefined ? (
          <button
            type="button"
            className={classes.factButton}
            disabled={isFixed}
            title={
              info.expiresAt > 0
                ? `ends ${formatMoment(info.expiresAt, now)}; click to change`
                : 'Click to give it an end'
            }
            onClick={() => setLife(info.expiresAt > 0 ? formatLeft(info.expiresAt, now) : '')}
          >
            {info.expiresAt > 0 ? `ends in ${formatLeft(info.expiresAt, now)}` : 'without end'}
          </button>
        ) : (
          <form
            className={classes.lifeForm}
            onSubmit={(event) => {
              event.preventDefault();
              void save();
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              event.preventDefault();
              setLife(undefined);
            }}
          >
            <LifeField text={life} expiresAt={info.expiresAt} onText={setLife} />
            <Button type="submit" disabled={lifeProblem(life) !== undefined}>
              Set
            </Button>
          </form>
        )}
        <button type="button" className={classes.factButton} onClick={() => copyText(recordKey, 'Key')}>
          Copy key
        </button>
      </div>
      {fields.length > 0 ? (
        <dl className={classes.metadata} aria-label="Metadata">
          {fields.map(([name, { type, value }]) => (
            <div key={name}>
              <dt title={type}>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </header>
  );
}
