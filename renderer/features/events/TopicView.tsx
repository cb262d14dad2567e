import { useRef } from 'react';
import type { Topic } from '../../../shared/contract/gen/topics_pb.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { tabId, Tabs } from '../../ui/Tabs.tsx';
import { EventList } from './EventList.tsx';
import type { EventRange } from './eventRange.ts';
import classes from './Events.module.css';
import { EventView } from './EventView.tsx';
import { GroupList } from './GroupList.tsx';

/** The events of a topic, and beside them the open one or the groups. */
export function TopicView({
  topic,
  range,
  offset,
  side,
  held,
  onOffset,
  onSide,
  onPublish,
}: {
  topic: Topic;
  range: EventRange;
  /** The open event. */
  offset: number | undefined;
  side: 'event' | 'groups';
  held: boolean;
  onOffset: (offset: number) => void;
  onSide: (side: 'event' | 'groups') => void;
  onPublish: (again: { key: string; payload: string }) => void;
}) {
  const panel = useRef<HTMLElement>(null);
  return (
    <>
      <div className={classes.middle}>
        {range.error && range.events.length === 0 ? (
          <ErrorState error={range.error} onRetry={() => void range.go(undefined)} />
        ) : !range.loaded ? (
          <LoadingState rows={10} label="Loading events" />
        ) : range.events.length === 0 ? (
          <EmptyState
            title="No event is kept here"
            text={`${topic.name} has ${topic.events.toLocaleString('en')} events, none from this place on.`}
          />
        ) : (
          <EventList
            range={range}
            topic={topic.name}
            selected={offset}
            held={held}
            onSelect={onOffset}
            onEnter={() => panel.current?.querySelector<HTMLElement>('[role="group"][tabindex="0"]')?.focus()}
          />
        )}
      </div>
      <aside ref={panel} className={classes.panel} aria-label={side === 'groups' ? 'Groups' : 'Event'}>
        <Tabs
          label="Beside the events"
          panel="events-side"
          tabs={[
            { id: 'event', title: 'Event' },
            { id: 'groups', title: `Groups (${topic.groups.length})` },
          ]}
          chosen={side}
          onChoose={onSide}
        />
        <div id="events-side" role="tabpanel" aria-labelledby={tabId('events-side', side)} className={classes.side}>
          {side === 'groups' ? (
            <GroupList topic={topic} />
          ) : offset === undefined ? (
            <EmptyState
              title="No event is open"
              text="Choose one; arrow keys go from one to the next, Enter goes to its payload."
            />
          ) : (
            <EventView key={offset} topic={topic.name} offset={offset} onPublish={onPublish} />
          )}
        </div>
      </aside>
    </>
  );
}
