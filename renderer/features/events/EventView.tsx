import { IconCopy, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../../client/api.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { byteKind, type ByteMode, modesOf } from '../../ui/byteKind.ts';
import { ByteView } from '../../ui/ByteView.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { formatBytes, formatMoment } from '../../ui/format.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { useNow } from '../../ui/useNow.ts';
import classes from './Events.module.css';

const modeNames: Record<ByteMode, string> = { json: 'JSON', text: 'Text', hex: 'Hex', image: 'Image' };

/** One event with its whole payload. */
export function EventView({
  topic,
  offset,
  onPublish,
}: {
  topic: string;
  offset: number;
  /** The event is to be published again, after a look at it. */
  onPublish: (again: { key: string; payload: string }) => void;
}) {
  const [chosen, setChosen] = useState<ByteMode>();
  const now = useNow();
  const query = useQuery({
    queryKey: ['event', topic, offset],
    queryFn: async ({ signal }) => {
      const { events } = await api().topics.history(
        { topic, from: { at: { case: 'offset', value: offset } }, limit: 1 },
        { signal },
      );
      return events[0]?.event?.offset === offset ? events[0].event : null;
    },
  });
  const event = query.data;
  const payload = event?.payload;
  const kind = useMemo(() => byteKind(payload ?? new Uint8Array()), [payload]);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <LoadingState rows={5} label="Loading the event" />;
  if (!event)
    return (
      <EmptyState
        title={`Event ${offset} is not kept any more`}
        text="A topic keeps its events for a time and up to a size."
      />
    );
  const modes = modesOf(kind);
  const mode = chosen !== undefined && modes.includes(chosen) ? chosen : (modes[0] as ByteMode);
  const fields = Object.entries(event.metadata);
  return (
    <section className={classes.event} aria-label={`Event ${offset}`}>
      <div className={classes.facts}>
        <b>offset {offset}</b>
        <span>{formatMoment(event.time, now)}</span>
        <span>{formatBytes(event.payload.length)}</span>
        {event.key === '' ? null : <span>key {event.key}</span>}
        {event.publisher === '' ? null : <span>from {event.publisher}</span>}
      </div>
      {fields.length > 0 ? (
        <dl className={classes.metadata} aria-label="Metadata">
          {fields.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <div className={classes.parts} role="toolbar" aria-label="Payload">
        {modes.map((each) => (
          <Chip key={each} pressed={each === mode} onClick={() => setChosen(each)}>
            {modeNames[each]}
          </Chip>
        ))}
        <span className={classes.grow} />
        <Button
          variant="quiet"
          icon={<IconCopy size={15} stroke={1.7} aria-hidden="true" />}
          title="Copy the payload"
          disabled={kind.text === undefined}
          onClick={() => copyText(kind.text ?? '', 'Payload')}
        >
          <span className={classes.words}>Copy</span>
        </Button>
        <Button
          variant="quiet"
          icon={<IconSend size={15} stroke={1.7} aria-hidden="true" />}
          title="Publish it again, after a look at it"
          disabled={kind.text === undefined}
          onClick={() => onPublish({ key: event.key, payload: kind.text ?? '' })}
        >
          <span className={classes.words}>Publish again…</span>
        </Button>
      </div>
      <ByteView bytes={event.payload} kind={kind} mode={mode} label={`Payload of event ${offset}`} />
    </section>
  );
}
