import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { ConnectionStep } from '../../../shared/contract/gen/environments_pb.ts';
import { FieldNote } from '../../ui/Form.tsx';
import classes from './Environments.module.css';

const titles: Readonly<Record<string, string>> = {
  name: 'Name',
  certificate: 'Certificate',
  context: 'Context',
  cluster: 'Cluster',
  rights: 'Rights',
  login: 'Login',
  server: 'Server',
  health: 'Health',
};

/** Each step on the way to a server, with what was found or what is wrong and what to do. */
export function ConnectionSteps({
  steps,
  isRunning,
  error,
}: {
  steps: readonly ConnectionStep[];
  isRunning: boolean;
  error: unknown;
}) {
  if (steps.length === 0 && !isRunning && !error) return null;
  return (
    <ol className={classes.steps} aria-live="polite" aria-label="Test of the connection">
      {steps.map(({ step, ok, text, next, fingerprint }) => (
        <li key={step} data-tone={ok ? 'ok' : 'bad'}>
          {ok ? <IconCircleCheck size={16} stroke={1.8} /> : <IconAlertTriangle size={16} stroke={1.8} />}
          <b>{titles[step] ?? step}</b>
          <span data-selectable>
            {text}
            {ok || !next ? null : <em>{next}</em>}
            {fingerprint ? <code>{fingerprint}</code> : null}
          </span>
        </li>
      ))}
      {isRunning ? <li className={classes.pending}>trying…</li> : null}
      {error ? (
        <li>
          <FieldNote bad alert>
            {toMicroError(error).message}
          </FieldNote>
        </li>
      ) : null}
    </ol>
  );
}
