import { useMemo, useState } from 'react';
import type { Header } from '../../../shared/contract/gen/calls_pb.ts';
import { openTrace, openTraceLog } from '../../state/callActions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { CallStatus } from '../../ui/CallStatus.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { dataUrl } from '../../ui/dataUrl.ts';
import { formatBytes } from '../../ui/format.ts';
import { JsonText } from '../../ui/JsonText.tsx';
import { EmptyState, ErrorState } from '../../ui/States.tsx';
import { formatLatency } from '../../ui/trafficFormat.ts';
import { useNow } from '../../ui/useNow.ts';
import classes from './Calls.module.css';
import { headerOf, joined, type ShownBody, shownBody } from './responseText.ts';
import type { SentCall } from './useCall.ts';

function Picture({ bytes, type }: { bytes: Uint8Array; type: string }) {
  const url = useMemo(() => dataUrl(bytes, type), [bytes, type]);
  return <img className={classes.picture} src={url} alt="What the service answered" />;
}

function Headers({ headers, title }: { headers: readonly Header[]; title?: string }) {
  if (headers.length === 0) return null;
  return (
    <>
      {title === undefined ? null : <h3 className={classes.headerTitle}>{title}</h3>}
      <dl className={classes.headerList}>
        {headers.map(({ name, value }, index) => (
          // A header may come more than once.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <div key={index}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Running({ sent }: { sent: SentCall }) {
  useNow();
  return <span className={classes.dim}>{formatLatency(performance.now() - sent.startedAtMs)}</span>;
}

function Facts({ sent, bytes }: { sent: SentCall; bytes: number }) {
  const { status, head, end } = sent;
  return (
    <div className={classes.facts} role="status">
      {status === 'running' ? (
        <>
          <b>{head ? 'Answering…' : 'Waiting for the answer…'}</b> <Running sent={sent} />
        </>
      ) : status === 'cancelled' ? (
        <b>Cancelled</b>
      ) : null}
      {head || end ? (
        <b>
          <CallStatus
            status={head?.status ?? 0}
            grpcStatus={end?.grpcStatus}
            error={end?.error ?? ''}
            failed={end ? !end.ok : (head?.status ?? 0) >= 400}
          />{' '}
          {/* Of gRPC the head says OK whatever became of the call. */}
          {end?.grpcStatus === undefined ? head?.statusText : ''}
        </b>
      ) : null}
      {end ? <span title="From sending to the last byte">{formatLatency(end.durationMs)}</span> : null}
      {head ? <span title="Until the head of the answer came">first byte {formatLatency(head.afterMs)}</span> : null}
      {head ? <span>{formatBytes(end?.bytes ?? bytes)}</span> : null}
      {end?.cut ? <span className={classes.warn}>only the first {formatBytes(bytes)} are shown</span> : null}
    </div>
  );
}

function Body({ body, bytes, raw, isDone }: { body: ShownBody; bytes: Uint8Array; raw: boolean; isDone: boolean }) {
  switch (body.kind) {
    case 'empty':
      return isDone ? <p className={classes.note}>The answer has no body.</p> : null;
    case 'image':
      return <Picture bytes={bytes} type={body.type} />;
    case 'binary':
      return (
        <p className={classes.note}>
          No text: {body.type || 'bytes of an unknown sort'}, {formatBytes(bytes.length)}.
        </p>
      );
    case 'text':
      return body.pretty !== undefined && !raw ? (
        <JsonText className={classes.answer} text={body.pretty} />
      ) : (
        <pre className={classes.answer}>{body.raw}</pre>
      );
  }
}

/** The answer to a call: how it ended, how long it took, what it says, and the ways to its trace and its log lines. */
export function ResponseView({ sent, service }: { sent: SentCall; service: string }) {
  const [part, setPart] = useState<'body' | 'headers'>('body');
  const [raw, setRaw] = useState(false);
  const { status, started, head, end, chunks, messages } = sent;
  const bytes = useMemo(() => joined(chunks), [chunks]);
  const contentType = headerOf(head?.headers ?? [], 'content-type');
  const isWhole = status === 'done' && end?.cut === false;
  const body = useMemo(() => shownBody(bytes, contentType, isWhole), [bytes, contentType, isWhole]);
  if (status === 'refused') return <ErrorState error={sent.error} />;
  const traceId = started?.traceId ?? '';
  const text = messages.length > 0 ? messages.join('\n') : body.kind === 'text' ? (body.pretty ?? body.raw) : '';
  const headerCount = (head?.headers.length ?? 0) + (end?.trailers.length ?? 0);
  return (
    <section className={classes.response} aria-label={`Answer of ${service}`}>
      <div className={classes.responseBar}>
        <Facts sent={sent} bytes={bytes.length} />
        <span className={classes.grow} />
        {traceId === '' ? null : (
          <>
            <Button onClick={() => openTrace(traceId)}>Trace</Button>
            <Button onClick={() => void openTraceLog(traceId)}>Log lines</Button>
          </>
        )}
      </div>
      {end && end.error !== '' ? (
        <p className={classes.failure} data-selectable>
          ▲ {end.error}
        </p>
      ) : null}
      {end?.grpcMessage ? (
        <p className={classes.failure} data-selectable>
          {end.grpcMessage}
        </p>
      ) : null}
      <div className={classes.parts}>
        <Chip pressed={part === 'body'} onClick={() => setPart('body')}>
          {messages.length > 0 ? `Messages (${messages.length})` : 'Body'}
        </Chip>
        <Chip pressed={part === 'headers'} onClick={() => setPart('headers')}>
          Headers ({headerCount})
        </Chip>
        <span className={classes.grow} />
        {part === 'body' && body.kind === 'text' && body.pretty !== undefined ? (
          <Chip pressed={raw} onClick={() => setRaw(!raw)}>
            Raw
          </Chip>
        ) : null}
        <Chip disabled={text === ''} onClick={() => copyText(raw && body.kind === 'text' ? body.raw : text, 'Answer')}>
          Copy
        </Chip>
      </div>
      <div className={classes.answerBox} tabIndex={0} role="group" aria-label="Content of the answer">
        {part === 'headers' ? (
          headerCount === 0 ? (
            <EmptyState title="No headers yet" />
          ) : (
            <>
              <Headers headers={head?.headers ?? []} />
              <Headers headers={end?.trailers ?? []} title="Trailers" />
              <Headers headers={started?.headers ?? []} title="Sent" />
            </>
          )
        ) : messages.length > 0 ? (
          messages.map((message, index) => (
            // Messages come one after the other and never change.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <JsonText key={index} className={classes.answer} text={message} />
          ))
        ) : (
          <Body body={body} bytes={bytes} raw={raw} isDone={status === 'done'} />
        )}
      </div>
    </section>
  );
}
