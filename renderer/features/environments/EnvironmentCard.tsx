import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { Environment } from '../../../shared/contract/gen/environments_pb.ts';
import { apiOf } from '../../client/api.ts';
import { chosenEnvironment, LOCAL, switchEnvironment } from '../../client/environment.ts';
import { useEnvironmentInfo, useRefreshEnvironments } from '../../state/environments.ts';
import { ask } from '../../state/questions.ts';
import { showToast } from '../../state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { DefinitionList, Fact } from '../../ui/DefinitionList.tsx';
import { EnvironmentName } from '../../ui/EnvironmentName.tsx';
import { ToneBadge } from '../../ui/ToneBadge.tsx';
import { ConnectionSteps } from './ConnectionSteps.tsx';
import classes from './Environments.module.css';
import { LogInForm } from './LogInForm.tsx';
import { useCheck } from './useCheck.ts';

/** One environment: where it is, who one is there, how its server does, and what can be done with it. */
export function EnvironmentCard({
  name,
  colour,
  environment,
  onEdit,
}: {
  name: string;
  colour: string;
  /** Undefined for `local`. */
  environment?: Environment;
  onEdit?: () => void;
}) {
  const info = useEnvironmentInfo(name, !environment || environment.account !== '');
  const refresh = useRefreshEnvironments();
  const check = useCheck();
  const [loggingIn, setLoggingIn] = useState(false);
  const isChosen = name === chosenEnvironment.name;
  const problem = info.error ? toMicroError(info.error) : undefined;
  return (
    <section className={classes.card} data-environment={colour || undefined} aria-label={name}>
      <header className={classes.head}>
        <h2>
          <EnvironmentName name={name} colour={colour} />
        </h2>
        {isChosen ? <ToneBadge tone="busy" text="shown" /> : null}
        {info.data ? (
          <ToneBadge tone="ok" text="answers" />
        ) : problem ? (
          <ToneBadge tone="bad" text="not reached" />
        ) : null}
        <div className={classes.actions}>
          {isChosen ? null : <Button onClick={() => switchEnvironment({ name, colour })}>Switch to it</Button>}
          {environment ? (
            <>
              <Button busy={check.isRunning} onClick={() => void check.start(environment)}>
                Test
              </Button>
              <Button onClick={() => setLoggingIn(!loggingIn)} aria-expanded={loggingIn}>
                {environment.account ? 'Log in anew' : 'Log in'}
              </Button>
              <Button onClick={onEdit}>Edit</Button>
              <Button variant="danger" onClick={() => void remove(name, isChosen, refresh)}>
                Remove
              </Button>
            </>
          ) : null}
        </div>
      </header>
      <DefinitionList>
        <Fact term="Address">{environment?.url ?? info.data?.proxy}</Fact>
        <Fact term="Account">
          {environment ? environment.account || 'nobody is logged in' : 'the user of this machine, or who logged in'}
        </Fact>
        <Fact term="Namespace">{environment?.namespace ?? 'micro'}</Fact>
        <Fact term="Certificate">
          {environment?.insecure
            ? 'none: everybody on the way can read along'
            : environment?.fingerprint
              ? 'this one alone, by its fingerprint'
              : environment?.ca
                ? 'signed by an authority of your own'
                : environment
                  ? 'signed by an authority that the system trusts'
                  : undefined}
        </Fact>
        <Fact term="Server">
          {info.data
            ? `micro ${info.data.version} · Node ${info.data.nodeVersion.replace(/^v/, '')} · ${info.data.platform}`
            : undefined}
        </Fact>
        <Fact term="Problem">
          {problem ? `${problem.message}${problem.next ? `; ${problem.next}` : ''}` : undefined}
        </Fact>
      </DefinitionList>
      {loggingIn && environment ? (
        <LogInForm
          name={name}
          account={environment.account}
          onDone={() => {
            setLoggingIn(false);
            void refresh();
          }}
        />
      ) : null}
      <ConnectionSteps steps={check.steps} isRunning={check.isRunning} error={check.error} />
    </section>
  );
}

async function remove(name: string, isChosen: boolean, refresh: (what: 'list') => Promise<void>): Promise<void> {
  const answer = await ask({
    title: `Remove ${name}?`,
    text: 'It leaves this list, and its login is forgotten. The server and its services go on.',
    answers: [{ id: 'remove', label: 'Remove', danger: true }],
  });
  if (answer !== 'remove') return;
  try {
    await apiOf(LOCAL).environments.removeEnvironment({ name });
    if (isChosen) switchEnvironment({ name: LOCAL, colour: '' });
    else await refresh('list');
  } catch (error) {
    showToast({ tone: 'bad', title: `${name} was not removed`, text: toMicroError(error).message });
  }
}
