import { IconAlertTriangle, IconCopy, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EnvironmentVariable } from '../../../shared/contract/gen/service_details_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Chip } from '../../ui/Chip.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import classes from './EnvironmentTab.module.css';
import type { TabProps } from './tab.ts';

/** Where the variables of the system come from; they are many and rarely the question. */
const SYSTEM = 'system';

/** The environment as the service gets it, each value with its origin; what looks like a secret is masked. */
export function EnvironmentTab({ service }: TabProps) {
  const { name } = service;
  const [filter, setFilter] = useState('');
  const [withSystem, setWithSystem] = useState(false);
  const [revealed, setRevealed] = useState<ReadonlyMap<string, string>>(new Map());
  // A new run may have a new environment.
  const query = useQuery({
    queryKey: ['environment', name, service.run],
    queryFn: ({ signal }) => api().desktop.environment({ service: name }, { signal }),
  });
  if (query.isPending) return <LoadingState rows={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;

  const { variables, warnings } = query.data;
  const word = filter.trim().toLowerCase();
  const shown = variables.filter(
    (variable) =>
      (word !== '' || withSystem || variable.origin !== SYSTEM) &&
      (variable.name.toLowerCase().includes(word) ||
        (!variable.secret && variable.value.toLowerCase().includes(word)) ||
        variable.origin.toLowerCase().includes(word)),
  );
  const hiddenCount = variables.filter((variable) => variable.origin === SYSTEM).length;

  const valueOf = async (variable: EnvironmentVariable): Promise<string> => {
    if (!variable.secret) return variable.value;
    const known = revealed.get(variable.name);
    if (known !== undefined) return known;
    const answer = await api().desktop.environment({ service: name, reveal: true });
    return answer.variables.find((other) => other.name === variable.name)?.value ?? '';
  };
  const toggle = (variable: EnvironmentVariable): void => {
    if (revealed.has(variable.name)) {
      setRevealed(new Map([...revealed].filter(([key]) => key !== variable.name)));
      return;
    }
    void attempt(`${variable.name} could not be shown`, async () => {
      const value = await valueOf(variable);
      setRevealed((before) => new Map(before).set(variable.name, value));
    });
  };
  const copy = (variable: EnvironmentVariable): void =>
    void attempt(`${variable.name} could not be copied`, async () => copyText(await valueOf(variable), variable.name));

  return (
    <>
      <div className={classes.bar}>
        <FilterField
          value={filter}
          onChange={setFilter}
          placeholder={`Filter ${variables.length} variables`}
          label="Filter variables"
        />
        {hiddenCount > 0 ? (
          <Chip pressed={withSystem} onClick={() => setWithSystem(!withSystem)}>
            system ({hiddenCount})
          </Chip>
        ) : null}
      </div>
      {warnings.map((warning) => (
        <p key={warning} className={classes.warning}>
          <IconAlertTriangle size={14} /> {warning}
        </p>
      ))}
      {shown.length === 0 ? (
        <EmptyState
          title={word ? `No variable matches “${filter}”` : 'Only what the system gives'}
          text={word ? undefined : 'Values of env and envFile in micro.yaml appear here.'}
        />
      ) : (
        <ul className={classes.list}>
          {shown.map((variable) => {
            const value = revealed.get(variable.name) ?? variable.value;
            const masked = variable.secret && !revealed.has(variable.name);
            return (
              <li key={variable.name} className={classes.variable}>
                <div className={classes.head}>
                  <code className={classes.name}>{variable.name}</code>
                  <span className={classes.origin} title={variable.origin}>
                    {variable.origin}
                  </span>
                  {variable.secret ? (
                    <button
                      type="button"
                      className={classes.action}
                      aria-label={`${masked ? 'Show' : 'Hide'} ${variable.name}`}
                      title={masked ? 'Show' : 'Hide'}
                      onClick={() => toggle(variable)}
                    >
                      {masked ? <IconEye size={14} /> : <IconEyeOff size={14} />}
                    </button>
                  ) : null}
                  <button
                    type="button"
                    className={classes.action}
                    aria-label={`Copy the value of ${variable.name}`}
                    title="Copy"
                    onClick={() => copy(variable)}
                  >
                    <IconCopy size={14} />
                  </button>
                </div>
                <code className={classes.value} data-masked={masked || undefined}>
                  {masked ? '••••••••' : value === '' ? '(empty)' : value}
                </code>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
