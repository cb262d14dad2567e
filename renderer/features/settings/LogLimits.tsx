import type { ReactNode } from 'react';
import { shortPath } from '../../state/shortPath.ts';
import { formatBytes } from '../../ui/format.ts';
import { ErrorState } from '../../ui/States.tsx';
import { NumberSetting } from './NumberSetting.tsx';
import classes from './SettingsPage.module.css';
import { useServerSettings } from './useServerSettings.ts';

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
  const { query, change } = useServerSettings();
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const settings = query.data;
  if (!settings) return null;
  return (
    <>
      {settings.problem === '' ? null : <p className={classes.problem}>{settings.problem}</p>}
      {limits.map(({ key, name, unit, text }) => (
        <NumberSetting
          key={`${key} ${settings.logs?.[key]}`}
          value={settings.logs?.[key]}
          unit={unit}
          onSave={(value) => change({ logs: { [key]: value } })}
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
