import { Modal } from '@mantine/core';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { FormActions } from '../../ui/Form.tsx';
import { ErrorState, LoadingState } from '../../ui/States.tsx';
import { rollBackTo, shown } from './configActions.ts';
import { DifferenceList } from './DifferenceList.tsx';
import type { ConfigDocument } from './document.ts';
import { useDifferences } from './useConfig.ts';

/** Shows what going back to a revision would change, and goes. */
export function RollBackDialog({
  document,
  revision,
  onClose,
}: {
  document: ConfigDocument;
  revision: number;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const differences = useDifferences(document.namespace, document.revision, revision, true);
  return (
    <Modal opened onClose={onClose} title={`Roll back to revision ${revision}?`} size={560}>
      {differences.isError ? (
        <ErrorState error={differences.error} />
      ) : differences.data ? (
        <DifferenceList differences={differences.data.map(shown)} label="What is changed" />
      ) : (
        <LoadingState rows={3} />
      )}
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="primary"
          data-autofocus
          busy={busy}
          disabled={!differences.data?.length}
          onClick={() => {
            setBusy(true);
            void rollBackTo(document, revision).then(onClose);
          }}
        >
          Roll back
        </Button>
      </FormActions>
    </Modal>
  );
}
