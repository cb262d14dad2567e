import { Modal } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeadLetter, Group, Topic } from '../../../shared/contract/gen/topics_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { ask, useQuestion } from '../../state/questions.ts';
import { showToast } from '../../state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { byteKind } from '../../ui/byteKind.ts';
import { formatBytes, formatMoment } from '../../ui/format.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { useNow } from '../../ui/useNow.ts';
import classes from './Events.module.css';

/** Dead letters of one page, and how many are settled by one request. */
const PAGE = 100;
/** Characters of a payload that are shown of each. */
const SHOWN_CHARACTERS = 300;

type Outcome = 'resend' | 'drop';

/** What a group gave up on, and why: each can be sent to the group once more, or dropped. */
export function DeadLettersDialog({ topic, group, onClose }: { topic: Topic; group: Group; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const now = useNow();
  // Escape and focus are the question's while it is there.
  const asked = useQuestion() !== undefined;
  const request = { topic: topic.name, group: group.name };
  const query = useInfiniteQuery({
    // The list follows what becomes of them elsewhere, too.
    queryKey: ['dead-letters', topic.name, group.name, group.deadLetters, group.position],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) =>
      api().topics.deadLetters(
        { ...request, limit: PAGE, ...(pageParam === undefined ? {} : { after: pageParam }) },
        { signal },
      ),
    getNextPageParam: (page) => (page.more ? page.letters.at(-1)?.event?.offset : undefined),
    placeholderData: (before) => before,
  });
  const letters = query.data?.pages.flatMap((page) => page.letters) ?? [];
  const count = Math.max(group.deadLetters, letters.length);

  const settle = async (outcome: Outcome, offsets: readonly number[] | 'all'): Promise<void> => {
    setBusy(true);
    await attempt(outcome === 'resend' ? 'They could not be sent again' : 'They could not be dropped', async () => {
      const done = offsets === 'all' ? await settleAll(request, outcome) : await settleSome(request, outcome, offsets);
      showToast({ tone: 'ok', title: settledText(outcome, done, group.name) });
    });
    setBusy(false);
    void query.refetch();
  };
  const drop = async (offsets: readonly number[] | 'all'): Promise<void> => {
    const answer = await ask({
      title: offsets === 'all' ? `Drop ${count.toLocaleString('en')} dead letters?` : 'Drop this dead letter?',
      text: `${group.name} will not get ${offsets === 'all' ? 'them' : 'it'} again. What the topic keeps is not touched.`,
      answers: [{ id: 'drop', label: 'Drop', danger: true }],
    });
    if (answer === 'drop') await settle('drop', offsets);
  };

  return (
    <Modal
      opened
      onClose={onClose}
      title={`What ${group.name} gave up on`}
      size={680}
      closeOnEscape={!asked}
      trapFocus={!asked}
    >
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <LoadingState rows={4} label="Loading dead letters" />
      ) : letters.length === 0 ? (
        <EmptyState
          title="Nothing is given up"
          text="An event that could not be processed in so many deliveries comes here, so that it does not hold up the others."
        />
      ) : (
        <ul className={classes.letters} aria-label={`Dead letters of ${group.name}`}>
          {letters.map((letter) => (
            <LetterRow
              key={letter.event?.offset}
              letter={letter}
              nowMs={now}
              busy={busy}
              onResend={(offset) => void settle('resend', [offset])}
              onDrop={(offset) => void drop([offset])}
            />
          ))}
        </ul>
      )}
      <div className={classes.actions}>
        {query.hasNextPage ? (
          <Button variant="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {`More (${(count - letters.length).toLocaleString('en')})`}
          </Button>
        ) : null}
        <span className={classes.grow} />
        {letters.length > 1 ? (
          <>
            <Button disabled={busy} onClick={() => void drop('all')}>
              Drop all…
            </Button>
            <Button busy={busy} onClick={() => void settle('resend', 'all')}>
              Send all again
            </Button>
          </>
        ) : null}
        <Button variant="primary" data-autofocus onClick={onClose}>
          Close
        </Button>
      </div>
    </Modal>
  );
}

function LetterRow({
  letter,
  nowMs,
  busy,
  onResend,
  onDrop,
}: {
  letter: DeadLetter;
  nowMs: number;
  busy: boolean;
  onResend: (offset: number) => void;
  onDrop: (offset: number) => void;
}) {
  const { event, deliveries, reason, time } = letter;
  if (!event) return null;
  const { offset, key, payload } = event;
  const text = byteKind(payload).text;
  return (
    <li>
      <div className={classes.letterFacts}>
        <b>offset {offset}</b>
        {key === '' ? null : <span>key {key}</span>}
        <span>
          given up {formatMoment(time, nowMs)} after {deliveries === 1 ? 'one delivery' : `${deliveries} deliveries`}
        </span>
        <span className={classes.grow} />
        <Button variant="quiet" disabled={busy} aria-label={`Send ${offset} again`} onClick={() => onResend(offset)}>
          Send again
        </Button>
        <Button variant="quiet" disabled={busy} aria-label={`Drop ${offset}`} onClick={() => onDrop(offset)}>
          Drop…
        </Button>
      </div>
      <div className={classes.reason}>{reason}</div>
      <pre className={classes.letterPayload}>
        {text === undefined ? formatBytes(payload.length) : text.slice(0, SHOWN_CHARACTERS)}
        {text !== undefined && text.length > SHOWN_CHARACTERS ? '…' : ''}
      </pre>
    </li>
  );
}

interface Place {
  topic: string;
  group: string;
}

/** Resolves how many were settled. */
async function settleSome(place: Place, outcome: Outcome, offsets: readonly number[]): Promise<number> {
  const request = { ...place, offsets: [...offsets] };
  const { unknown } =
    outcome === 'resend' ? await api().topics.resendDeadLetters(request) : await api().topics.dropDeadLetters(request);
  return offsets.length - unknown.length;
}

/** All that there are now; one that fails again meanwhile stands behind those and stays. */
async function settleAll(place: Place, outcome: Outcome): Promise<number> {
  let done = 0;
  let after: number | undefined;
  for (let more = true; more; ) {
    const page = await api().topics.deadLetters({ ...place, limit: PAGE, ...(after === undefined ? {} : { after }) });
    const offsets = page.letters.flatMap(({ event }) => (event ? [event.offset] : []));
    if (offsets.length > 0) done += await settleSome(place, outcome, offsets);
    after = offsets.at(-1) ?? after;
    more = page.more;
  }
  return done;
}

function settledText(outcome: Outcome, count: number, group: string): string {
  const what = count === 1 ? 'one event' : `${count.toLocaleString('en')} events`;
  return outcome === 'resend' ? `${group} gets ${what} again` : `${what} dropped`;
}
