import { Modal, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { api } from '../../client/api.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, FieldGroup, FieldNote, Form, FormActions } from '../../ui/Form.tsx';
import { type Made, MadeAccount } from './MadeAccount.tsx';

/** Makes an account, and then shows what is shown this once: its secret, and a token for whoever asks for one. */
export function NewAccountForm({ onClose }: { onClose: () => void }) {
  const [id, setId] = useState('');
  const [type, setType] = useState('user');
  const [scopes, setScopes] = useState('');
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [made, setMade] = useState<Made>();
  const create = async (): Promise<void> => {
    setBusy(true);
    try {
      const { account } = await api().auth.generate({
        id: id.trim(),
        type,
        scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== ''),
        secret,
      });
      setMade({ id: account?.id ?? id.trim(), secret: account?.secret ?? secret, isNew: secret === '' });
    } catch (error) {
      setProblem(toMicroError(error).message);
    }
    setBusy(false);
  };
  if (made) return <MadeAccount made={made} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="New account" size={480}>
      <Form
        onSubmit={() => {
          if (!busy && id.trim() !== '') void create();
        }}
      >
        <Field label="Name">
          <input
            data-autofocus
            value={id}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => {
              setProblem(undefined);
              setId(event.target.value);
            }}
          />
        </Field>
        <FieldGroup label="Kind">
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Kind"
            value={type}
            onChange={setType}
            data={[
              { value: 'user', label: 'Person' },
              { value: 'service', label: 'Service' },
            ]}
          />
        </FieldGroup>
        <Field label="Scopes">
          <input
            value={scopes}
            spellCheck={false}
            placeholder="none; for example ops, reports"
            onChange={(event) => setScopes(event.target.value)}
          />
          <FieldNote>What rules go by; admin may do everything.</FieldNote>
        </Field>
        <Field label="Secret">
          <input
            type="password"
            value={secret}
            autoComplete="new-password"
            placeholder="made up by the server"
            onChange={(event) => {
              setProblem(undefined);
              setSecret(event.target.value);
            }}
          />
        </Field>
        {problem ? (
          <FieldNote bad alert>
            {problem}
          </FieldNote>
        ) : null}
        <FormActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={id.trim() === ''}>
            Create
          </Button>
        </FormActions>
      </Form>
    </Modal>
  );
}
