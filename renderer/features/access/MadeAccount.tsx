import { Modal } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { FieldGroup, Form, FormActions } from '../../ui/Form.tsx';
import classes from './Access.module.css';

/** An account that was made just now. */
export interface Made {
  id: string;
  secret: string;
  /** Whether the server made it up, so that nobody knows it yet. */
  isNew: boolean;
}

/** What is shown of a new account this once: its secret, and a token for whoever asks for one. */
export function MadeAccount({ made, onClose }: { made: Made; onClose: () => void }) {
  const [token, setToken] = useState<string>();
  const makeToken = (): Promise<boolean> =>
    attempt('No token could be made', async () => {
      const answer = await api().auth.token({ id: made.id, secret: made.secret });
      setToken(answer.token?.accessToken ?? '');
    });
  return (
    <Modal opened onClose={onClose} title={`Account ${made.id}`} size={520} closeOnClickOutside={false}>
      <Form onSubmit={onClose}>
        {made.isNew ? (
          <FieldGroup label="Its secret, shown this once; the server keeps a hash of it">
            <div className={classes.once}>
              <code aria-label="Secret">{made.secret}</code>
              <Button data-autofocus onClick={() => copyText(made.secret, 'Secret')}>
                Copy
              </Button>
            </div>
          </FieldGroup>
        ) : null}
        <FieldGroup
          label={
            <span>
              An access token, good for 15 minutes; <code>micro auth login</code> keeps a login up
            </span>
          }
        >
          {token === undefined ? (
            <div>
              <Button onClick={() => void makeToken()}>Make a token</Button>
            </div>
          ) : (
            <div className={classes.once}>
              <code aria-label="Access token">{token}</code>
              <Button onClick={() => copyText(token, 'Token')}>Copy</Button>
            </div>
          )}
        </FieldGroup>
        <FormActions>
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </FormActions>
      </Form>
    </Modal>
  );
}
