import { IconX } from '@tabler/icons-react';
import type { Span } from '../../../shared/contract/gen/traces_pb.ts';
import { resendSpan } from '../../state/callActions.ts';
import { selectService } from '../../state/navigation.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { useService } from '../../state/serverState.ts';
import { Button } from '../../ui/Button.tsx';
import { DefinitionList, Fact, SectionTitle } from '../../ui/DefinitionList.tsx';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { formatLatency } from '../../ui/trafficFormat.ts';
import classes from './TraceView.module.css';

const sources: Readonly<Record<string, string>> = {
  gateway: 'the gateway',
  proxy: 'the proxy',
  service: 'the service, by OpenTelemetry',
};

function Attributes({ attributes }: { attributes: Readonly<Record<string, string>> }) {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return null;
  return (
    <dl className={classes.attributes}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt title={name}>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The call of a span as something that can be sent again, of gRPC without a method; undefined when it was none. */
function callOf(span: Span): { method: string; path: string } | undefined {
  const method = span.attributes['http.request.method'] ?? span.attributes['http.method'];
  const path = span.attributes['url.path'];
  if (method === undefined || path === undefined || span.kind === 'client') return undefined;
  if (span.attributes['rpc.system'] === 'grpc') return { method: '', path };
  const query = span.attributes['url.query'] ?? '';
  return { method, path: query === '' ? path : `${path}?${query}` };
}

/** Everything that is known of one span. */
export function SpanDetails({
  traceId,
  span,
  offsetMs,
  onClose,
  onShowLog,
}: {
  traceId: string;
  span: Span;
  /** ms after the start of the trace. */
  offsetMs: number;
  onClose: () => void;
  onShowLog: (span: Span) => void;
}) {
  const service = useService(span.service);
  const call = callOf(span);
  return (
    <aside className={classes.details} aria-label={`Span ${span.name} of ${span.service}`}>
      <div className={classes.detailsHead}>
        <ServiceDot service={span.service} />
        <h2 title={span.name}>{span.name}</h2>
        <Button variant="quiet" aria-label="Close" title="Close" icon={<IconX size={15} />} onClick={onClose} />
      </div>
      {span.failed ? (
        <div className={classes.failure} data-selectable>
          ▲ {span.message === '' ? 'failed' : span.message}
        </div>
      ) : null}
      <div className={classes.actions}>
        <Button onClick={() => onShowLog(span)}>Log lines</Button>
        {service ? <Button onClick={() => selectService(span.service)}>Service</Button> : null}
        {service && call ? (
          <Button onClick={() => void resendSpan({ traceId, spanId: span.spanId, service: span.service, ...call })}>
            Send again…
          </Button>
        ) : null}
      </div>
      <DefinitionList>
        <Fact term="Service">{span.service}</Fact>
        <Fact term="Called by">{span.from}</Fact>
        <Fact term="Duration">{formatLatency(span.durationMs)}</Fact>
        <Fact term="Begins after">{formatLatency(offsetMs)}</Fact>
        <Fact term="Kind">{span.kind}</Fact>
        <Fact term="Instance">{span.instance}</Fact>
        <Fact term="Seen by">{sources[span.source] ?? span.source}</Fact>
        <Fact term="Span id">
          <button type="button" className={classes.copy} onClick={() => copyText(span.spanId, 'Span id')} title="Copy">
            <code>{span.spanId}</code>
          </button>
        </Fact>
      </DefinitionList>
      {Object.keys(span.attributes).length > 0 ? <SectionTitle>Attributes</SectionTitle> : null}
      <Attributes attributes={span.attributes} />
      {span.events.length > 0 ? <SectionTitle>Events</SectionTitle> : null}
      {span.events.map((event, index) => (
        // Events have no id and never change their order.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={classes.event}>
          <span className={classes.dim}>+{formatLatency(Math.max(0, event.at - span.startedAt))}</span> {event.name}
          <Attributes attributes={event.attributes} />
        </div>
      ))}
    </aside>
  );
}
