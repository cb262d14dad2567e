import { Switch } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { ErrorState } from '../../ui/States.tsx';
import { NumberSetting } from './NumberSetting.tsx';
import classes from './SettingsPage.module.css';
import { useServerSettings } from './useServerSettings.ts';

/** What is kept of the requests through gateway and proxy, as settings.json of the server has it. */
export function TrafficSettings({ row }: { row: (name: string, text: string, value: ReactNode) => ReactNode }) {
  const { query, change } = useServerSettings();
  const [problem, setProblem] = useState('');
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const settings = query.data;
  if (!settings) return null;
  const { traffic, defaultTraffic } = settings;
  const setAccessLog = (accessLog: boolean): void => {
    change({ traffic: { accessLog } }).then(
      () => setProblem(''),
      (error: unknown) => setProblem(toMicroError(error).message),
    );
  };
  return (
    <>
      {row(
        'Access log',
        'A line for each request: choose “gateway” or “proxy” in Logs. Secrets in queries and headers are left out.',
        <span className={classes.limit}>
          <Switch
            aria-label="Access log"
            checked={traffic?.accessLog ?? false}
            onChange={(event) => setAccessLog(event.currentTarget.checked)}
          />
          {problem === '' ? null : (
            <span className={classes.problem} role="alert">
              {problem}
            </span>
          )}
        </span>,
      )}
      <NumberSetting
        key={traffic?.keptBodyKilobytes}
        value={traffic?.keptBodyKilobytes}
        unit="KB"
        label="Text kept of each request"
        onSave={(keptBodyKilobytes) => change({ traffic: { keptBodyKilobytes } })}
        render={(field) =>
          row(
            'Text kept of each request',
            `In memory alone, so that a call can be sent again; 0 keeps none. Default: ${defaultTraffic?.keptBodyKilobytes} KB.`,
            field,
          )
        }
      />
    </>
  );
}
