import type { KeyboardEvent } from 'react';
import type { Topic } from '../../../shared/contract/gen/topics_pb.ts';
import { formatBytes } from '../../ui/format.ts';
import { formatRate } from '../../ui/trafficFormat.ts';
import classes from './Events.module.css';

/** The topics with what is kept of them and how many events a second come. Arrow keys go from one to the next. */
export function TopicList({
  topics,
  shown,
  onTopic,
}: {
  topics: readonly Topic[];
  shown: string | undefined;
  onTopic: (name: string) => void;
}) {
  const handleKey = (event: KeyboardEvent<HTMLElement>): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  };
  return (
    <nav className={classes.topics} aria-label="Topics" onKeyDown={handleKey}>
      <ul>
        {topics.map(({ name, events, bytes, rate, groups }) => {
          const lag = groups.reduce((most, group) => Math.max(most, group.lag), 0);
          return (
            <li key={name}>
              <button
                type="button"
                className={classes.topic}
                aria-current={name === shown || undefined}
                title={name}
                onClick={() => onTopic(name)}
              >
                <b>{name}</b>{' '}
                <small>
                  {events.toLocaleString('en')} · {formatBytes(bytes)}
                  {rate > 0 ? ` · ${formatRate(rate)}` : ''}
                  {lag > 0 ? ` · lag ${lag.toLocaleString('en')}` : ''}
                </small>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
