import { Fragment } from 'react';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { useServices } from '../../state/serverState.ts';
import { Fact } from '../../ui/DefinitionList.tsx';
import { lookOf } from '../../ui/status.ts';
import classes from './Inspector.module.css';
import type { TabProps } from './tab.ts';

/** The services that a service needs, each a link. */
export function Needs({ service, onSelect }: TabProps) {
  const services = useServices();
  return (
    <span className={classes.links}>
      {service.dependsOn.map((dependency, i) => {
        const other = services.get(dependency.service);
        const waiting = service.status === Status.PENDING && service.waitingFor.includes(dependency.service);
        return (
          <Fragment key={dependency.service}>
            <span>
              <button
                type="button"
                className={classes.link}
                title={`${dependency.condition || 'ready'}${other ? `, now ${lookOf(other.status).word}` : ', not there'}`}
                onClick={() => onSelect(dependency.service)}
              >
                {dependency.service}
              </button>
              {waiting ? <span className={classes.dim}> (waiting)</span> : null}
              {i < service.dependsOn.length - 1 ? ',' : ''}
            </span>
          </Fragment>
        );
      })}
    </span>
  );
}

/** The services that need this one. */
export function NeededBy({ name, onSelect }: { name: string; onSelect: (name: string) => void }) {
  const services = useServices();
  const others = [...services.values()]
    .filter((other) => other.dependsOn.some((dependency) => dependency.service === name))
    .map((other) => other.name)
    .sort();
  if (others.length === 0) return null;
  return (
    <Fact term="Needed by">
      <span className={classes.links}>
        {others.map((other, i) => (
          <span key={other}>
            <button type="button" className={classes.link} onClick={() => onSelect(other)}>
              {other}
            </button>
            {i < others.length - 1 ? ',' : ''}
          </span>
        ))}
      </span>
    </Fact>
  );
}
