import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { SectionTitle } from '../../ui/DefinitionList.tsx';
import { StatusIcon } from '../../ui/StatusIcon.tsx';
import { lookOf } from '../../ui/status.ts';
import { Since } from '../../ui/Time.tsx';
import classes from './Inspector.module.css';

/** The copies of a service that has several. */
export function Instances({ instances }: { instances: Service['instances'] }) {
  return (
    <>
      <SectionTitle>Instances</SectionTitle>
      <ul className={classes.instances}>
        {instances.map((instance) => {
          const look = lookOf(instance.status);
          return (
            <li key={instance.id}>
              <StatusIcon look={look} />
              <span className="visually-hidden">{look.word}</span>
              <code>{instance.address || 'no address yet'}</code>
              <span className={classes.dim}>{instance.pid > 0 ? `pid ${instance.pid}` : ''}</span>
              <span className={classes.instanceUp} title={`run ${instance.run}`}>
                {instance.status === Status.RUNNING && instance.startedAt > 0 ? (
                  <Since at={instance.startedAt} />
                ) : (
                  look.word
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
