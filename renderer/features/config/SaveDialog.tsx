import { Modal } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { attempt } from '../../state/actions.ts';
import { Button } from '../../ui/Button.tsx';
import { FormActions } from '../../ui/Form.tsx';
import classes from './Config.module.css';
import { type Saved, saveEdits } from './configActions.ts';
import { DifferenceList } from './DifferenceList.tsx';
import { type ConfigDocument, differencesOf, type Edit } from './document.ts';

/** Shows what a save would change, saves it, and shows both sides when others changed the same values meanwhile. */
export function SaveDialog({
  document,
  edits,
  onClose,
}: {
  /** As it was when the edit began. */
  document: ConfigDocument;
  edits: readonly Edit[];
  onClose: (saved: boolean) => void;
}) {
  const [conflict, setConflict] = useState<Extract<Saved, { status: 'conflict' }>>();
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const done = await attempt('The config could not be saved', async () => {
      const saved = await saveEdits(document.namespace, conflict?.revision ?? document.revision, edits);
      if (saved.status === 'conflict') setConflict(saved);
      else onClose(true);
    });
    setBusy(false);
    if (!done) onClose(false);
  };
  return (
    <Modal
      opened
      onClose={() => onClose(false)}
      title={`Save ${edits.length === 1 ? 'this change' : `${edits.length} changes`}?`}
      size={560}
    >
      {conflict ? (
        <div className={classes.conflict} role="alert" aria-label="Conflict">
          <p>
            <IconAlertTriangle size={14} aria-hidden="true" />
            Somebody changed the same while you were editing:
          </p>
          <DifferenceList differences={conflict.theirs} label="What was changed meanwhile" />
          <p>Yours would take its place:</p>
        </div>
      ) : null}
      <DifferenceList differences={differencesOf(document, edits)} label="What is changed" />
      <FormActions>
        <Button onClick={() => onClose(false)}>{conflict ? 'Look at theirs first' : 'Cancel'}</Button>
        <Button variant="primary" data-autofocus busy={busy} disabled={edits.length === 0} onClick={() => void save()}>
          {conflict ? 'Save mine over it' : 'Save'}
        </Button>
      </FormActions>
    </Modal>
  );
}
