import { Modal, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import classes from './Access.module.css';

interface Made {
  id: string;
  secret: string;
  /** Whether the server made it up, so that nobody knows it yet. */
  isNew: boolean;
}

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
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && id.trim() !== '') void create();
        }}
      >
        <label>
          Name
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
        </label>
        <div>
          Kind
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
        </div>
        <label>
          Scopes
          <input
            value={scopes}
            spellCheck={false}
            placeholder="none; for example ops, reports"
            onChange={(event) => setScopes(event.target.value)}
          />
          <span className={classes.hint}>What rules go by; admin may do everything.</span>
        </label>
        <label>
          Secret
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
        </label>
        {problem ? (
          <p className={classes.problem} role="alert">
            {problem}
          </p>
        ) : null}
        <div className={classes.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={id.trim() === ''}>
            Create
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function MadeAccount({ made, onClose }: { made: Made; onClose: () => void }) {
  const [token, setToken] = useState<string>();
  const makeToken = (): Promise<boolean> =>
    attempt('No token could be made', async () => {
      const answer = await api().auth.token({ id: made.id, secret: made.secret });
      setToken(answer.token?.accessToken ?? '');
    });
  return (
    <Modal opened onClose={onClose} title={`Account ${made.id}`} size={520} closeOnClickOutside={false}>
      <div className={classes.form}>
        {made.isNew ? (
          <div>
            Its secret, shown this once; the server keeps a hash of it
            <div className={classes.once}>
              <code aria-label="Secret">{made.secret}</code>
              <Button data-autofocus onClick={() => copyText(made.secret, 'Secret')}>
                Copy
              </Button>
            </div>
          </div>
        ) : null}
        <div>
          An access token, good for 15 minutes; <code>micro auth login</code> keeps a login up
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
        </div>
        <div className={classes.actions}>
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Modal>
  );
}
