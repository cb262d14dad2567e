import { IconAlertTriangle } from '@tabler/icons-react';
import { Button } from '../../ui/Button.tsx';
import classes from './Store.module.css';

/** Says that somebody else changed what is being edited, shows both, and lets one choose. */
export function ConflictView({
  mine,
  theirs,
  busy,
  onMine,
  onTheirs,
}: {
  mine: string;
  /** What is stored now as text; undefined: it was deleted, or it is no text. */
  theirs: string | undefined;
  busy: boolean;
  onMine: () => void;
  onTheirs: () => void;
}) {
  return (
    <section className={classes.conflict} aria-label="Conflict" role="alert">
      <p>
        <IconAlertTriangle size={14} aria-hidden="true" />
        {theirs === undefined
          ? 'Somebody deleted this record, or made it no text, while you were editing.'
          : 'Somebody changed this record while you were editing. Nothing of yours is lost: choose.'}
      </p>
      <div className={classes.both}>
        <div>
          <h3>Yours</h3>
          <pre tabIndex={0} aria-label="Your text">
            {mine}
          </pre>
          <Button variant="primary" busy={busy} onClick={onMine}>
            Save mine over it
          </Button>
        </div>
        <div>
          <h3>Stored now</h3>
          <pre tabIndex={0} aria-label="The stored text">
            {theirs ?? '—'}
          </pre>
          <Button onClick={onTheirs}>Take what is stored</Button>
        </div>
      </div>
    </section>
  );
}
