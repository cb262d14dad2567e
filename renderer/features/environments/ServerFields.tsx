import { Textarea, TextInput } from '@mantine/core';
import { Field, FieldNote, TwoFields } from '../../ui/Form.tsx';
import type { ChangeDraft, DraftEnvironment } from './draft.ts';
import classes from './Environments.module.css';

/** Where a server is, and by what it is known to be the one that is meant. */
export function ServerFields({ draft, change }: { draft: DraftEnvironment; change: ChangeDraft }) {
  return (
    <>
      <TwoFields>
        <Field label="Address">
          <TextInput
            value={draft.url}
            placeholder="micro.example.com:8443"
            onChange={(event) => change({ url: event.currentTarget.value.trim(), fingerprint: '' })}
          />
        </Field>
        <Field label="Namespace">
          <TextInput value={draft.namespace} onChange={(event) => change({ namespace: event.currentTarget.value })} />
        </Field>
      </TwoFields>
      <Field label="Certificate of your own authority (PEM), if the system does not know it">
        <Textarea rows={3} value={draft.ca} onChange={(event) => change({ ca: event.currentTarget.value })} />
      </Field>
      {draft.fingerprint ? (
        <FieldNote>
          Only this certificate is taken: <code className={classes.code}>{draft.fingerprint}</code>
        </FieldNote>
      ) : null}
    </>
  );
}
