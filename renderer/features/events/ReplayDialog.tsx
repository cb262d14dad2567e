import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Group, Topic } from '../../../shared/contract/gen/topics_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { showToast } from '../../state/toasts.ts';
import { offerUndo } from '../../state/undo.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, Form, FormActions } from '../../ui/Form.tsx';
import classes from './Events.module.css';
import { parsePlace, placeHelp, type Place, replayEffect } from './positions.ts';

/** The offset that a place stands for. */
async function offsetOf(topic: Topic, place: Place, signal: AbortSignal): Promise<number> {
  if (place.case === 'offset') return place.value;
  if (place.case === 'start') return topic.firstOffset;
  if (place.case === 'end') return topic.nextOffset;
  const { events } = await api().topics.history(
    { topic: topic.name, from: { at: place }, limit: 1, payloadLimit: 1 },
    { signal },
  );
  return events[0]?.event?.offset ?? topic.nextOffset;
}

/** Asks where a group is to go on, says what that does, and moves it. It can be undone by moving it back. */
export function ReplayDialog({ topic, group, onClose }: { topic: Topic; group: Group; onClose: () => void }) {
  const [text, setText] = useState('start');
  const [nowMs] = useState(() => Date.now());
  const [busy, setBusy] = useState(false);
  const place = parsePlace(text, nowMs);
  const target = useQuery({
    queryKey: ['replay-target', topic.name, topic.nextOffset, text],
    enabled: place !== undefined,
    queryFn: ({ signal }) => offsetOf(topic, place as Place, signal),
  });
  const effect = place === undefined || target.data === undefined ? undefined : replayEffect(topic, group, target.data);

  const replay = async (): Promise<void> => {
    const to = target.data;
    if (to === undefined || !effect) return;
    setBusy(true);
    const request = { topic: topic.name, group: group.name };
    const { position } = group;
    const done = await attempt(`${group.name} could not be moved`, async () => {
      await api().topics.replay({ ...request, to: { at: { case: 'offset', value: to } } });
    });
    setBusy(false);
    if (!done) return;
    onClose();
    offerUndo(`${group.name} goes on from offset ${to.toLocaleString('en')}`, async () => {
      await api().topics.replay({ ...request, to: { at: { case: 'offset', value: position } } });
      showToast({ tone: 'ok', title: `${group.name} goes on from offset ${position.toLocaleString('en')} again` });
    });
  };

  return (
    <Modal opened onClose={onClose} title={`Replay ${topic.name} to ${group.name}`} size={480}>
      <Form
        onSubmit={() => {
          if (!busy) void replay();
        }}
      >
        <Field label="Go on from">
          <input
            data-autofocus
            value={text}
            spellCheck={false}
            aria-invalid={place === undefined}
            onChange={(event) => setText(event.target.value)}
          />
          <span className={classes.dim}>{placeHelp}</span>
        </Field>
        <p className={classes.effect} role="status">
          {place === undefined ? 'That is no place in a topic.' : (effect?.text ?? 'Looking where that is…')}
        </p>
        <FormActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={!effect}>
            {effect?.button ?? 'Replay'}
          </Button>
        </FormActions>
      </Form>
    </Modal>
  );
}
