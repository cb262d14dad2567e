import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { SettingsResponse } from '../../../shared/contract/gen/settings_pb.ts';
import { api } from '../../client/api.ts';
import { shortPath } from '../../state/shortPath.ts';
import { formatBytes } from '../../ui/format.ts';
import { ErrorState } from '../../ui/States.tsx';
import classes from './SettingsPage.module.css';

const queryKey = ['settings'];

const limits = [
  {
    key: 'maxServiceMegabytes',
    name: 'Log size per service',
    unit: 'MB',
    text: 'The oldest lines are deleted beyond it.',
  },
  {
    key: 'maxTotalMegabytes',
    name: 'Log size of all services',
    unit: 'MB',
    text: 'The service with the largest log is cut first.',
  },
  {
    key: 'maxAgeDays',
    name: 'Age of log lines',
    unit: 'days',
    text: 'Older lines are deleted; 0 keeps them for ever.',
  },
] as const;

/** How much of the logs is kept, as settings.json of the server has it. */
export function LogLimits({ row }: { row: (name: string, text: string, value: ReactNode) => ReactNode }) {
  const query = useQuery({ queryKey, queryFn: ({ signal }) => api().settings.readSettings({}, { signal }) });
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const settings = query.data;
  if (!settings) return null;
  return (
    <>
      {settings.problem === '' ? null : <p className={classes.problem}>{settings.problem}</p>}
      {limits.map(({ key, name, unit, text }) => (
        <LimitField
          key={`${key} ${settings.logs?.[key]}`}
          limit={key}
          unit={unit}
          settings={settings}
          render={(field) => row(name, `${text} Default: ${settings.defaultLogs?.[key]} ${unit}.`, field)}
          label={name}
        />
      ))}
      {row(
        'Logs on disk now',
        `These limits are kept in ${shortPath(settings.file)}, which can be edited too.`,
        <span data-selectable>{formatBytes(settings.logBytes)}</span>,
      )}
    </>
  );
}

function LimitField({
  limit,
  unit,
  label,
  settings,
  render,
}: {
  limit: (typeof limits)[number]['key'];
  unit: string;
  label: string;
  settings: SettingsResponse;
  render: (field: ReactNode) => ReactNode;
}) {
  const client = useQueryClient();
  const [text, setText] = useState(String(settings.logs?.[limit] ?? ''));
  const [problem, setProblem] = useState('');
  const save = async (): Promise<void> => {
    if (Number(text) === settings.logs?.[limit] && text.trim() !== '') return;
    try {
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw new Error(`“${text}” is not a number`);
      client.setQueryData(queryKey, await api().settings.changeSettings({ logs: { [limit]: Number(text) } }));
      setProblem('');
    } catch (error) {
      setProblem(toMicroError(error).message);
    }
  };
  return render(
    <span className={classes.limit}>
      <input
        className={classes.number}
        inputMode="numeric"
        aria-label={`${label}, ${unit}`}
        aria-invalid={problem !== '' || undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void save();
        }}
      />
      {unit}
      {problem === '' ? null : (
        <span className={classes.problem} role="alert">
          {problem}
        </span>
      )}
    </span>,
  );
}
