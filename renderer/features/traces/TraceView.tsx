import { IconArrowLeft, IconCopy } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { GetTraceResponse } from '../../../shared/contract/gen/traces_pb.ts';
import { openTraceLog } from '../../state/callActions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { formatMoment } from '../../ui/format.ts';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { formatCount, formatLatency } from '../../ui/trafficFormat.ts';
import { SpanDetails } from './SpanDetails.tsx';
import { openSpanLog } from './traceLog.ts';
import { TraceLogLines } from './TraceLogLines.tsx';
import { firstCause, serviceShares, timeOf, traceRows } from './traceTree.ts';
import { focusOnce } from './focusOnce.ts';
import pageClasses from './Traces.module.css';
import classes from './TraceView.module.css';
import { useTrace } from './useTrace.ts';
import { Waterfall } from './Waterfall.tsx';

function Shares({ trace }: { trace: GetTraceResponse }) {
  const shares = useMemo(() => serviceShares(trace.spans), [trace.spans]);
  return (
    <div className={classes.shares}>
      {shares.map(({ service, spans, failed, ownMs }) => (
        <span
          key={service}
          className={pageClasses.named}
          title={`${formatCount(spans, 'span')}${failed > 0 ? `, ${failed} failed` : ''}; its own time, without what it waited for`}
        >
          <ServiceDot service={service} />
          {service} <span className={classes.dim}>{formatLatency(ownMs)}</span>
          {failed > 0 ? <span className={classes.bad}>▲ {failed}</span> : null}
        </span>
      ))}
    </div>
  );
}

function Loaded({
  trace,
  traceId,
  selected,
  onSpan,
}: {
  trace: GetTraceResponse;
  traceId: string;
  selected: string | undefined;
  onSpan: (spanId: string | undefined) => void;
}) {
  const span = trace.spans.find(({ spanId }) => spanId === selected);
  const { startedAt } = timeOf(trace.spans);
  return (
    <div className={classes.body}>
      <div className={classes.main}>
        <Shares trace={trace} />
        <Waterfall spans={trace.spans} label="Spans of the trace" selected={selected} onSelect={onSpan} />
        {trace.leftOut > 0 ? (
          <p className={classes.note}>{formatCount(trace.leftOut, 'further span')} not shown</p>
        ) : null}
        <TraceLogLines traceId={traceId} spans={trace.spans.length} onOpenLog={() => void openTraceLog(traceId)} />
      </div>
      {span ? (
        <SpanDetails
          traceId={traceId}
          key={span.spanId}
          span={span}
          offsetMs={span.startedAt - startedAt}
          onClose={() => onSpan(undefined)}
          onShowLog={openSpanLog}
        />
      ) : null}
    </div>
  );
}

/** One trace: its spans in time, what each says, and the log lines that belong to it. */
export function TraceView({
  traceId,
  span,
  onSpan,
  onBack,
}: {
  traceId: string;
  /** The selected span. */
  span: string | undefined;
  onSpan: (spanId: string | undefined) => void;
  onBack: () => void;
}) {
  const query = useTrace(traceId);
  const trace = query.data;
  const summary = trace?.summary;
  const cause = useMemo(() => (trace ? firstCause(traceRows(trace.spans)) : undefined), [trace]);
  return (
    <section
      ref={focusOnce}
      tabIndex={-1}
      className={pageClasses.page}
      aria-label="Trace"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        if (span !== undefined) onSpan(undefined);
        else onBack();
      }}
    >
      <Toolbar
        right={
          <>
            {cause ? (
              <Chip onClick={() => onSpan(cause.span.spanId)} title="Show the span that the others failed because of">
                <span className={classes.bad}>▲ {formatCount(summary?.errors ?? 0, 'error')}</span>
              </Chip>
            ) : null}
            <Button
              variant="quiet"
              icon={<IconCopy size={14} />}
              title={traceId}
              onClick={() => copyText(traceId, 'Trace id')}
            >
              {traceId.slice(0, 8)}…
            </Button>
          </>
        }
      >
        <Button
          variant="quiet"
          icon={<IconArrowLeft size={15} />}
          onClick={onBack}
          aria-label="All traces"
          title="All traces (Esc)"
        />
        {summary ? (
          <h1 className={classes.title} title={`${summary.service} ${summary.name}`}>
            <ServiceDot service={summary.service} />
            <b>{summary.service}</b> <span>{summary.name}</span>
          </h1>
        ) : (
          <h1 className={classes.title}>Trace</h1>
        )}
        {summary ? (
          <span className={classes.facts}>
            {formatLatency(summary.durationMs)} · {formatCount(summary.spans, 'span')} ·{' '}
            {formatMoment(summary.startedAt, Date.now())}
          </span>
        ) : null}
      </Toolbar>
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !trace ? (
        <LoadingState rows={8} label="Loading the trace" />
      ) : (
        <Loaded trace={trace} traceId={traceId} selected={span} onSpan={onSpan} />
      )}
    </section>
  );
}
