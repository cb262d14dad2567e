import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { apiOf } from '../../client/api.ts';
import { LOCAL } from '../../client/environment.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, FieldNote, Form, FormActions, TwoFields } from '../../ui/Form.tsx';

/** Logs an account in at an environment. The secret goes to the server of this machine, which keeps what it gets for it. */
export function LogInForm({ name, account, onDone }: { name: string; account: string; onDone: () => void }) {
  const [id, setId] = useState(account || 'admin');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await apiOf(LOCAL).environments.logInEnvironment({ name, account: id.trim(), secret });
      onDone();
    } catch (error) {
      const { message, next } = toMicroError(error);
      setProblem(next ? `${message}; ${next}` : message);
      setBusy(false);
    }
  };
  return (
    <Form onSubmit={() => void submit()}>
      <TwoFields>
        <Field label="Account">
          <TextInput value={id} onChange={(event) => setId(event.currentTarget.value)} required />
        </Field>
        <Field label="Secret">
          <TextInput
            type="password"
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
            required
            data-autofocus
          />
        </Field>
      </TwoFields>
      {problem ? (
        <FieldNote bad alert>
          {problem}
        </FieldNote>
      ) : null}
      <FormActions>
        <Button variant="primary" type="submit" busy={busy} disabled={id.trim() === '' || secret === ''}>
          Log in
        </Button>
      </FormActions>
    </Form>
  );
}
