import { Modal } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { showToast } from '../../state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { jsonProblemAt } from '../../ui/jsonFormat.ts';
import classes from './Events.module.css';

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
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          void publish();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <div className={classes.twoFields}>
          <label className={classes.field}>
            Topic
            <input
              value={topic}
              spellCheck={false}
              data-autofocus={initial.topic === '' || undefined}
              onChange={(event) => setTopic(event.target.value)}
            />
          </label>
          <label className={classes.field}>
            Key, for order (optional)
            <input value={key} spellCheck={false} onChange={(event) => setKey(event.target.value)} />
          </label>
        </div>
        <label className={classes.field}>
          Payload
          <textarea
            rows={8}
            value={payload}
            spellCheck={false}
            data-autofocus={initial.topic !== '' || undefined}
            onChange={(event) => setPayload(event.target.value)}
          />
        </label>
        {jsonProblem === undefined ? null : (
          <p className={classes.dim}>Begins like JSON but is none ({jsonProblem}); it is published as it stands.</p>
        )}
        <label className={classes.field}>
          Metadata, a line each (optional)
          <textarea
            rows={2}
            value={metadata}
            placeholder="name=value"
            spellCheck={false}
            aria-invalid={fields === undefined}
            onChange={(event) => setMetadata(event.target.value)}
          />
        </label>
        <div className={classes.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={!canPublish}>
            Publish
          </Button>
        </div>
      </form>
    </Modal>
  );
}
