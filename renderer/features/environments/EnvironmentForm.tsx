import { Modal, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { Environment } from '../../../shared/contract/gen/environments_pb.ts';
import { apiOf } from '../../client/api.ts';
import { LOCAL } from '../../client/environment.ts';
import { useRefreshEnvironments } from '../../state/environments.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, FieldNote, Form, FormActions, TwoFields } from '../../ui/Form.tsx';
import { ClusterFields } from './ClusterFields.tsx';
import { ConnectionSteps } from './ConnectionSteps.tsx';
import { type DraftEnvironment, draftOf, isComplete, newCluster } from './draft.ts';
import classes from './Environments.module.css';
import { ServerFields } from './ServerFields.tsx';
import { useCheck } from './useCheck.ts';

/** The colours of environments; none: one is chosen by the name. */
const colours = ['', 'green', 'blue', 'violet', 'pink', 'teal', 'amber', 'red'];

/** Certificates that a person may trust after comparing; one that ended is not among them. */
const mayBeTrusted = new Set(['environment.certificate-unknown', 'environment.certificate-name']);

/** Adds an environment, or changes one that is there, with a test of the way to it. */
export function EnvironmentForm({
  environment,
  onClose,
}: {
  environment: Environment | undefined;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState(() => draftOf(environment));
  const [account, setAccount] = useState('');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  /** It is there already, though its login failed. */
  const [isAdded, setAdded] = useState(environment !== undefined);
  const refresh = useRefreshEnvironments();
  const check = useCheck();
  const change = (changed: Partial<DraftEnvironment>): void => setDraft({ ...draft, ...changed });
  const isReady = isComplete(draft);
  const shown = check.steps.find(({ step }) => step === 'certificate');
  const unknown = shown && !shown.ok && mayBeTrusted.has(shown.code) ? shown.fingerprint : '';

  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    const { environments } = apiOf(LOCAL);
    try {
      if (isAdded) await environments.changeEnvironment({ environment: draft });
      else await environments.addEnvironment({ environment: draft });
      setAdded(true);
      if (account !== '' && !draft.cluster) await environments.logInEnvironment({ name: draft.name, account, secret });
      await refresh();
      onClose();
    } catch (error) {
      const { message, next } = toMicroError(error);
      setProblem(next ? `${message}; ${next}` : message);
      setBusy(false);
      await refresh();
    }
  };

  return (
    <Modal opened onClose={onClose} title={environment ? `Edit ${environment.name}` : 'Add an environment'} size={620}>
      <Form onSubmit={() => void save()}>
        <TwoFields>
          <Field label="Name">
            <TextInput
              value={draft.name}
              disabled={isAdded}
              placeholder="staging"
              onChange={(event) => change({ name: event.currentTarget.value.trim().toLowerCase() })}
              data-autofocus
            />
          </Field>
          <Field label="Colour">
            <NativeSelect
              value={draft.colour}
              data={colours.map((value) => ({ value, label: value || 'by its name' }))}
              onChange={(event) => change({ colour: event.currentTarget.value })}
            />
          </Field>
        </TwoFields>
        {environment ? null : (
          <SegmentedControl
            aria-label="What it is"
            value={draft.cluster ? 'cluster' : 'server'}
            data={[
              { value: 'server', label: 'A server' },
              { value: 'cluster', label: 'A Kubernetes cluster' },
            ]}
            onChange={(kind) => change({ cluster: kind === 'cluster' ? newCluster : undefined })}
          />
        )}
        {draft.cluster ? (
          <ClusterFields cluster={draft.cluster} isAdded={isAdded} change={(cluster) => change({ cluster })} />
        ) : (
          <ServerFields draft={draft} change={change} />
        )}
        {environment || draft.cluster ? null : (
          <TwoFields>
            <Field label="Account">
              <TextInput
                value={account}
                placeholder="admin"
                onChange={(event) => setAccount(event.currentTarget.value)}
              />
            </Field>
            <Field label="Secret">
              <TextInput type="password" value={secret} onChange={(event) => setSecret(event.currentTarget.value)} />
            </Field>
          </TwoFields>
        )}
        <ConnectionSteps steps={check.steps} isRunning={check.isRunning} error={check.error} />
        {unknown ? (
          <div className={classes.trust}>
            <span>Compare the fingerprint with the one that the server printed when it started.</span>
            <Button
              onClick={() => {
                change({ fingerprint: unknown });
                void check.start({ ...draft, fingerprint: unknown });
              }}
            >
              Trust this certificate
            </Button>
          </div>
        ) : null}
        {problem ? (
          <FieldNote bad alert>
            {problem}
          </FieldNote>
        ) : null}
        <FormActions>
          <Button busy={check.isRunning} disabled={!isReady} onClick={() => void check.start(draft)}>
            Test the connection
          </Button>
          <Button
            variant="primary"
            type="submit"
            busy={busy}
            disabled={!isReady || (!draft.cluster && account !== '' && secret === '')}
          >
            {environment ? 'Save' : 'Add'}
          </Button>
        </FormActions>
      </Form>
    </Modal>
  );
}
