import type { Engine } from '../../../shared/contract/gen/server_pb.ts';
import { SectionTitle } from '../../ui/DefinitionList.tsx';
import { Since } from '../../ui/Time.tsx';
import { ToneBadge } from '../../ui/ToneBadge.tsx';
import { engineTitle } from './compare.ts';
import classes from './Environments.module.css';

/** What the state of an environment is kept in: which engine, where, which version, and how it is. Nothing without an engine. */
export function EngineList({ engines }: { engines: readonly Engine[] }) {
  if (engines.every(({ address }) => address === '')) return null;
  return (
    <section aria-label="Engines">
      <SectionTitle>Engines</SectionTitle>
      <table className={classes.facts}>
        <thead>
          <tr>
            <th scope="col">Keeps</th>
            <th scope="col">Engine</th>
            <th scope="col">Address</th>
            <th scope="col">Health</th>
          </tr>
        </thead>
        <tbody>
          {engines.map((engine) => (
            <tr key={engine.kind}>
              <th scope="row">{engine.kind}</th>
              <td>{engineTitle(engine)}</td>
              <td data-selectable>{engine.address || 'on the server itself'}</td>
              <td>
                <EngineHealth engine={engine} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function EngineHealth({ engine: { address, awaySince, since, reason } }: { engine: Engine }) {
  if (awaySince > 0)
    return (
      <>
        <ToneBadge tone="bad" text="away" /> for <Since at={awaySince} />
        {reason ? <em>{reason}</em> : null}
      </>
    );
  if (address !== '' && since === 0) return <ToneBadge tone="busy" text="not reached yet" />;
  return (
    <>
      <ToneBadge tone="ok" text="there" />
      {since > 0 ? (
        <>
          {' '}
          for <Since at={since} />
        </>
      ) : null}
    </>
  );
}
