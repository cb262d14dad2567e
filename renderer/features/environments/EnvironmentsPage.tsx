import { IconArrowsDiff, IconPlus, IconServer } from '@tabler/icons-react';
import { useState } from 'react';
import type { Environment } from '../../../shared/contract/gen/environments_pb.ts';
import { LOCAL } from '../../client/environment.ts';
import { useEnvironments } from '../../state/environments.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { TryLines } from '../../ui/TryLines.tsx';
import { Comparison } from './Comparison.tsx';
import { EnvironmentCard } from './EnvironmentCard.tsx';
import { EnvironmentForm } from './EnvironmentForm.tsx';
import classes from './Environments.module.css';

/** How a first other server comes to be, from nothing. */
const firstLines = [
  {
    what: 'On the other machine: a server that others reach, over TLS',
    line: 'micro server --listen 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --admin-secret secret.txt',
  },
  {
    what: 'Or a namespace of a cluster, of the kubeconfig here',
    line: 'micro env add lab --kubernetes CONTEXT --namespace NAME',
  },
  { what: 'Here, instead of the form: on the command line', line: 'micro env add staging HOST:8443 --account admin' },
];

/** The servers that the window can work on: added, tested, compared, changed and taken out. */
export function EnvironmentsPage() {
  const { data, error, refetch, isPending } = useEnvironments();
  const [form, setForm] = useState<Environment | 'new' | undefined>();
  const [comparing, setComparing] = useState(false);
  const environments = data ?? [];
  return (
    <>
      <Toolbar
        title="Environments"
        right={
          <>
            {environments.length > 0 ? (
              <Button
                icon={<IconArrowsDiff size={16} stroke={1.6} />}
                aria-pressed={comparing}
                onClick={() => setComparing(!comparing)}
              >
                Compare
              </Button>
            ) : null}
            <Button variant="primary" icon={<IconPlus size={16} stroke={1.6} />} onClick={() => setForm('new')}>
              Add environment
            </Button>
          </>
        }
      />
      <div className={classes.page}>
        {comparing && environments.length > 0 ? (
          <Comparison names={[LOCAL, ...environments.map(({ name }) => name)]} />
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : isPending ? (
          <LoadingState />
        ) : (
          <div className={classes.cards}>
            <EnvironmentCard name={LOCAL} colour="" />
            {environments.map((environment) => (
              <EnvironmentCard
                key={environment.name}
                name={environment.name}
                colour={environment.colour}
                environment={environment}
                onEdit={() => setForm(environment)}
              />
            ))}
            {environments.length === 0 ? (
              <EmptyState
                icon={<IconServer size={24} stroke={1.6} />}
                title="The same window, on another server or a cluster"
                text="Every page and button works there as it does here. What stops or deletes something off this machine asks for the name of the environment first."
                action={<TryLines lines={firstLines} onCopy={(line) => copyText(line, 'Line')} />}
              />
            ) : null}
          </div>
        )}
      </div>
      {form === undefined ? null : (
        <EnvironmentForm environment={form === 'new' ? undefined : form} onClose={() => setForm(undefined)} />
      )}
    </>
  );
}
