import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { apiOf } from '../../client/api.ts';
import { chosenEnvironment } from '../../client/environment.ts';
import { ErrorState, LoadingState } from '../../ui/States.tsx';
import { compareConfig, type ComparedRow, compareEngines, compareServices } from './compare.ts';
import classes from './Environments.module.css';

/** ms between two looks at both; a comparison is looked at, not followed. */
const LOOK_MS = 5_000;

async function lookAt(name: string, signal: AbortSignal) {
  const client = apiOf(name);
  const options = { signal, timeoutMs: 15_000 };
  const [{ services, elsewhere, servers }, { data, secrets }, { version, engines }] = await Promise.all([
    client.desktop.status({}, options),
    client.configHistory.read({ namespace: 'micro' }, options),
    client.desktop.info({}, options),
  ]);
  return {
    services: [...services, ...elsewhere],
    servers,
    engines,
    config: JSON.parse(data) as unknown,
    secrets,
    version,
  };
}

/** Two environments beside each other: versions, services with their copies, and keys of the config. */
export function Comparison({ names }: { names: readonly string[] }) {
  const [left, setLeft] = useState(names[0] ?? '');
  const [right, setRight] = useState(names.find((name) => name !== names[0] && name !== '') ?? chosenEnvironment.name);
  const query = useQuery({
    queryKey: ['environments', 'compare', left, right],
    queryFn: ({ signal }) => Promise.all([lookAt(left, signal), lookAt(right, signal)]),
    refetchInterval: LOOK_MS,
  });
  const choice = (label: string, value: string, choose: (name: string) => void) => (
    <NativeSelect
      aria-label={label}
      value={value}
      data={[...names]}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
  const [one, other] = query.data ?? [];
  return (
    <div className={classes.comparison}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Compare</th>
            <th scope="col">{choice('Left environment', left, setLeft)}</th>
            <th scope="col">{choice('Right environment', right, setRight)}</th>
          </tr>
        </thead>
        {one && other ? (
          <>
            <Rows
              title="Server"
              rows={[
                { name: 'micro', left: one.version, right: other.version, isSame: one.version === other.version },
                countRow('servers', one.servers.length, other.servers.length),
              ]}
            />
            <Rows title="Engines" rows={compareEngines(one.engines, other.engines)} />
            <Rows title="Services" rows={compareServices(one.services, other.services)} />
            <Rows title="Config" rows={compareConfig(one.config, other.config, [...one.secrets, ...other.secrets])} />
          </>
        ) : null}
      </table>
      {query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <LoadingState /> : null}
    </div>
  );
}

/** An environment of one server names none. */
function countRow(name: string, left: number, right: number): ComparedRow {
  const [one, other] = [Math.max(1, left), Math.max(1, right)];
  return { name, left: `${one}`, right: `${other}`, isSame: one === other };
}

function Rows({ title, rows }: { title: string; rows: readonly ComparedRow[] }) {
  const different = rows.filter(({ isSame }) => !isSame).length;
  return (
    <tbody>
      <tr className={classes.group}>
        <th scope="rowgroup" colSpan={3}>
          {title}{' '}
          {rows.length === 0
            ? '· nothing on either side'
            : different === 0
              ? '· all the same'
              : `· ${different} different`}
        </th>
      </tr>
      {rows.map(({ name, left, right, isSame }) => (
        <tr key={name} data-different={!isSame || undefined}>
          <th scope="row">{name}</th>
          <td>{left ?? <i>not there</i>}</td>
          <td>{right ?? <i>not there</i>}</td>
        </tr>
      ))}
    </tbody>
  );
}
