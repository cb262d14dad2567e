import { IconBolt, IconSend } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { registerCommands } from '../../state/commands.ts';
import { setPageParams, usePage } from '../../state/navigation.ts';
import { useServerInfo } from '../../state/serverState.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { TryLines } from '../../ui/TryLines.tsx';
import classes from './Events.module.css';
import { GoField } from './GoField.tsx';
import { type PublishDraft, PublishForm } from './PublishForm.tsx';
import type { Place } from './positions.ts';
import { TopicList } from './TopicList.tsx';
import { TopicView } from './TopicView.tsx';
import { tryEvents } from './tryEvents.ts';
import { useEventRange, useTopics } from './useEvents.ts';

/** The events: topics at the left, the events of one as they come and as they came, the open one and the groups at the right. */
export function EventsPage() {
  const { params } = usePage();
  const { topics, loaded, error, reload } = useTopics();
  const topic = topics.find(({ name }) => name === params['topic']) ?? topics[0];
  const offset = params['offset'] === undefined ? undefined : Number(params['offset']);
  const side = params['side'] === 'groups' ? 'groups' : 'event';
  const range = useEventRange(topic?.name ?? '', topic?.nextOffset ?? 0);
  const [paused, setPaused] = useState(false);
  const [draft, setDraft] = useState<PublishDraft>();
  const proxy = useServerInfo()?.proxy ?? 'http://127.0.0.1:8081';
  const goField = useRef<HTMLInputElement>(null);

  const go = (next: { topic?: string; offset?: number | undefined; side?: 'event' | 'groups' }): void => {
    const merged = { topic: topic?.name ?? '', offset, side, ...next };
    setPageParams({
      topic: merged.topic,
      ...(merged.offset === undefined ? {} : { offset: String(merged.offset) }),
      ...(merged.side === 'groups' ? { side: 'groups' } : {}),
    });
  };
  const goTo = async (place: Place): Promise<void> => {
    await range.go(place);
    const at = (place.case === 'end' ? range.events[0] : range.events.at(-1))?.event?.offset;
    if (at !== undefined) go({ offset: at, side: 'event' });
  };
  const publish = (): void => setDraft({ topic: topic?.name ?? '', key: '', payload: '' });
  const latest = useRef(publish);
  useEffect(() => {
    latest.current = publish;
  });
  useEffect(
    () =>
      registerCommands([
        { id: 'events.publish', title: 'Publish an event…', group: 'Events', keys: 'n', run: () => latest.current() },
        {
          id: 'events.go',
          title: 'Go to an offset or a time',
          group: 'Events',
          keys: '/',
          run: () => goField.current?.focus(),
        },
        {
          id: 'events.pause',
          title: 'Pause or resume the events',
          group: 'Events',
          keys: 'p',
          run: () => setPaused((before) => !before),
        },
      ]),
    [],
  );

  return (
    <section className={classes.page} aria-label="Events">
      <Toolbar
        title="Events"
        right={
          <Button icon={<IconSend size={14} stroke={1.7} />} onClick={publish}>
            Publish
          </Button>
        }
      >
        {topic ? (
          <>
            <GoField ref={goField} onGo={(place) => void goTo(place)} />
            {range.following ? (
              <Chip
                pressed={paused}
                onClick={() => setPaused(!paused)}
                title="Hold the list still; new events are counted (P)"
              >
                {paused ? 'Paused' : 'Live'}
                {range.waiting > 0 ? ` · ${range.waiting.toLocaleString('en')} new` : ''}
              </Chip>
            ) : (
              <>
                {range.waiting > 0 ? (
                  <Chip onClick={() => range.newer()} title="The events behind these">
                    {range.waiting.toLocaleString('en')} newer
                  </Chip>
                ) : null}
                <Chip onClick={() => void range.go(undefined)} title="Follow what is published">
                  To the end
                </Chip>
              </>
            )}
          </>
        ) : null}
      </Toolbar>
      {!loaded ? (
        error ? (
          <ErrorState error={error} onRetry={reload} />
        ) : (
          <LoadingState rows={10} label="Loading topics" />
        )
      ) : topic ? (
        <div className={classes.body}>
          <TopicList topics={topics} shown={topic.name} onTopic={(name) => go({ topic: name, offset: undefined })} />
          <TopicView
            key={topic.name}
            topic={topic}
            range={range}
            offset={offset}
            side={side}
            held={paused}
            onOffset={(to) => go({ offset: to, side: 'event' })}
            onSide={(to) => go({ side: to })}
            onPublish={(again) => setDraft({ topic: topic.name, ...again })}
          />
        </div>
      ) : (
        <EmptyState
          icon={<IconBolt size={24} stroke={1.5} />}
          title="No topic yet"
          text={
            <>
              Services publish events to topics and consume them in groups, each at its own pace; what was published is
              kept and can be had again. A topic comes to be with its first event.
              <TryLines lines={tryEvents(proxy)} onCopy={(line) => copyText(line, 'Line')} />
            </>
          }
          action={
            <Button variant="primary" onClick={publish}>
              Publish…
            </Button>
          }
        />
      )}
      {draft ? (
        <PublishForm
          initial={draft}
          onClose={() => setDraft(undefined)}
          onPublished={(name, at) => go({ topic: name, offset: at, side: 'event' })}
        />
      ) : null}
    </section>
  );
}
