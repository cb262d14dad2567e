import { useState } from 'react';
import type { Group, Topic } from '../../../shared/contract/gen/topics_pb.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/States.tsx';
import { DeadLettersDialog } from './DeadLettersDialog.tsx';
import classes from './Events.module.css';
import { ReplayDialog } from './ReplayDialog.tsx';

function membersOf({ members }: Group): string {
  if (members.length === 0) return 'nobody consumes now';
  return members.map(({ service, consumer }) => service || consumer).join(', ');
}

/** The groups of a topic: how far each is, how much waits, and the way back or forth. */
export function GroupList({ topic }: { topic: Topic }) {
  const [moving, setMoving] = useState<string>();
  const [looking, setLooking] = useState<string>();
  const group = topic.groups.find(({ name }) => name === moving);
  const lookedAt = topic.groups.find(({ name }) => name === looking);
  if (topic.groups.length === 0) {
    return (
      <EmptyState
        title="No group yet"
        text={
          <>
            Consumers of a group share its events, and the group remembers how far it is:{' '}
            <code>micro events consume {topic.name} -g mail</code>
          </>
        }
      />
    );
  }
  return (
    <>
      <ul className={classes.groups} aria-label={`Groups of ${topic.name}`}>
        {topic.groups.map((each) => (
          <li key={each.name}>
            <div className={classes.group}>
              <b title={each.name}>{each.name}</b>
              <span className={classes.lag} data-behind={each.lag > 0 || undefined}>
                lag {each.lag.toLocaleString('en')}
              </span>
              <Button variant="quiet" aria-label={`Replay ${each.name}`} onClick={() => setMoving(each.name)}>
                Replay…
              </Button>
            </div>
            <div className={classes.dim}>
              at {each.position.toLocaleString('en')} of {topic.nextOffset.toLocaleString('en')}
              {each.unacked > 0 ? ` · ${each.unacked.toLocaleString('en')} under way` : ''}
              {each.missed > 0 ? ` · ${each.missed.toLocaleString('en')} missed` : ''}
            </div>
            <div className={classes.dim} title={membersOf(each)}>
              {membersOf(each)}
            </div>
            {each.deadLetters > 0 ? (
              <Button variant="quiet" aria-label={`What ${each.name} gave up on`} onClick={() => setLooking(each.name)}>
                {each.deadLetters.toLocaleString('en')} given up…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {lookedAt ? <DeadLettersDialog topic={topic} group={lookedAt} onClose={() => setLooking(undefined)} /> : null}
      {group ? <ReplayDialog topic={topic} group={group} onClose={() => setMoving(undefined)} /> : null}
    </>
  );
}
