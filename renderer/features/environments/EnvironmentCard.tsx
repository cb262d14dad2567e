import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { Environment } from '../../../shared/contract/gen/environments_pb.ts';
import { chosenEnvironment, switchEnvironment } from '../../client/environment.ts';
import { useEnvironmentInfo, useEnvironmentStatus, useRefreshEnvironments } from '../../state/environments.ts';
import { Button } from '../../ui/Button.tsx';
import { DefinitionList, Fact } from '../../ui/DefinitionList.tsx';
import { EnvironmentName } from '../../ui/EnvironmentName.tsx';
import { ToneBadge } from '../../ui/ToneBadge.tsx';
import { remove, stopServer } from './actions.ts';
import { ClusterLimits } from './ClusterLimits.tsx';
import { ConnectionSteps } from './ConnectionSteps.tsx';
import { EngineList } from './EngineList.tsx';
import classes from './Environments.module.css';
import { LogInForm } from './LogInForm.tsx';
import { PlaceFacts } from './PlaceFacts.tsx';
import { ServerList } from './ServerList.tsx';
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
  const cluster = environment?.cluster;
  // To look at a cluster's server must not start it, nor keep it from ending by itself.
  const look = { isOn: cluster ? cluster.isRunning : environment?.account !== '', follows: !cluster };
  const info = useEnvironmentInfo(name, look);
  const status = useEnvironmentStatus(name, look);
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
              <Button busy={check.isRunning} onClick={() => void check.start(environment).then(() => refresh('list'))}>
                Test
              </Button>
              {cluster ? (
                <Button disabled={!cluster.isRunning} onClick={() => void stopServer(name, isChosen, refresh)}>
                  Stop its server
                </Button>
              ) : (
                <Button onClick={() => setLoggingIn(!loggingIn)} aria-expanded={loggingIn}>
                  {environment.account ? 'Log in anew' : 'Log in'}
                </Button>
              )}
              <Button onClick={onEdit}>Edit</Button>
              <Button variant="danger" onClick={() => void remove(environment, isChosen, refresh)}>
                Remove
              </Button>
            </>
          ) : null}
        </div>
      </header>
      <DefinitionList>
        <PlaceFacts environment={environment} proxy={info.data?.proxy} />
        <Fact term="Server">
          {info.data
            ? `micro ${info.data.version} · Node ${info.data.nodeVersion.replace(/^v/, '')} · ${info.data.platform}`
            : cluster && !cluster.isRunning
              ? 'none runs now; it starts when it is needed'
              : undefined}
        </Fact>
        <Fact term="Problem">
          {problem ? `${problem.message}${problem.next ? `; ${problem.next}` : ''}` : undefined}
        </Fact>
      </DefinitionList>
      {cluster ? <ClusterLimits /> : null}
      {info.data ? <EngineList engines={info.data.engines} /> : null}
      {status.data ? <ServerList status={status.data} /> : null}
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
