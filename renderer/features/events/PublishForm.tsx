import { Modal } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { showToast } from '../../state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, FieldNote, Form, FormActions, TwoFields } from '../../ui/Form.tsx';
import { jsonProblemAt } from '../../ui/jsonFormat.ts';

/** What the form begins with. */
export interface PublishDraft {
  readonly topic: string;
  readonly key: string;
  readonly payload: string;
}

/** `name=value` lines as a map; undefined when a line is none. */
export function parseMetadata(text: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const at = line.indexOf('=');
    if (at < 1) return undefined;
    found[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return found;
}

/** Publishes an event by hand. */
export function PublishForm({
  initial,
  onClose,
  onPublished,
}: {
  initial: PublishDraft;
  onClose: () => void;
  onPublished: (topic: string, offset: number) => void;
}) {
  const [topic, setTopic] = useState(initial.topic);
  const [key, setKey] = useState(initial.key);
  const [payload, setPayload] = useState(initial.payload);
  const [metadata, setMetadata] = useState('');
  const [busy, setBusy] = useState(false);
  const fields = parseMetadata(metadata);
  const jsonProblem = /^\s*[[{]/.test(payload) ? jsonProblemAt(payload) : undefined;
  const canPublish = topic.trim() !== '' && fields !== undefined && !busy;
  const publish = async (): Promise<void> => {
    if (!canPublish) return;
    setBusy(true);
    await attempt('The event could not be published', async () => {
      const name = topic.trim();
      const { offset } = await api().topics.publish({
        topic: name,
        key,
        metadata: fields,
        payload: new TextEncoder().encode(payload),
      });
      onClose();
      showToast({ tone: 'ok', title: `Published to ${name} as event ${offset}` });
      onPublished(name, offset);
    });
    setBusy(false);
  };
  return (
    <Modal opened onClose={onClose} title="Publish an event" size={520}>
      <Form onSubmit={() => void publish()}>
        <TwoFields>
          <Field label="Topic">
            <input
              value={topic}
              spellCheck={false}
              data-autofocus={initial.topic === '' || undefined}
              onChange={(event) => setTopic(event.target.value)}
            />
          </Field>
          <Field label="Key, for order (optional)">
            <input value={key} spellCheck={false} onChange={(event) => setKey(event.target.value)} />
          </Field>
        </TwoFields>
        <Field label="Payload">
          <textarea
            rows={8}
            value={payload}
            spellCheck={false}
            data-autofocus={initial.topic !== '' || undefined}
            onChange={(event) => setPayload(event.target.value)}
          />
        </Field>
        {jsonProblem === undefined ? null : (
          <FieldNote>Begins like JSON but is none ({jsonProblem}); it is published as it stands.</FieldNote>
        )}
        <Field label="Metadata, a line each (optional)">
          <textarea
            rows={2}
            value={metadata}
            placeholder="name=value"
            spellCheck={false}
            aria-invalid={fields === undefined}
            onChange={(event) => setMetadata(event.target.value)}
          />
        </Field>
        <FormActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={!canPublish}>
            Publish
          </Button>
        </FormActions>
      </Form>
    </Modal>
  );
}
