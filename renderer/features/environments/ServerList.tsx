import type { StatusResponse } from '../../../shared/contract/gen/state_pb.ts';
import { SectionTitle } from '../../ui/DefinitionList.tsx';
import { Ago } from '../../ui/Time.tsx';
import classes from './Environments.module.css';
import { serversOf } from './serversOf.ts';

/** The servers that form an environment together, and which of them runs what. Nothing where there is but one. */
export function ServerList({ status }: { status: Pick<StatusResponse, 'servers' | 'services' | 'elsewhere'> }) {
  const { servers, unplaced } = serversOf(status);
  if (servers.length === 0) return null;
  return (
    <section aria-label="Servers">
      <SectionTitle>Servers</SectionTitle>
      <table className={classes.facts}>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Host</th>
            <th scope="col">Version</th>
            <th scope="col">Started</th>
            <th scope="col">Runs</th>
          </tr>
        </thead>
        <tbody>
          {servers.map(({ id, name, host, version, since, self, runs }) => (
            <tr key={id}>
              <th scope="row">
                {name}
                {self ? <em>asked here</em> : null}
              </th>
              <td data-selectable>{host}</td>
              <td>{version}</td>
              <td>
                <Ago at={since} />
              </td>
              <td>{runs.join(', ') || <i>nothing</i>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {unplaced.length > 0 ? <p role="status">No server runs it yet: {unplaced.join(', ')}</p> : null}
    </section>
  );
}
