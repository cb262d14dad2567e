import { IconArrowLeft } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { GetTraceResponse } from '../../../shared/contract/gen/traces_pb.ts';
import { openTrace } from '../../state/callActions.ts';
import { Button } from '../../ui/Button.tsx';
import { formatMoment } from '../../ui/format.ts';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { formatLatency } from '../../ui/trafficFormat.ts';
import { focusOnce } from './focusOnce.ts';
import { compareTraces, timeOf } from './traceTree.ts';
import pageClasses from './Traces.module.css';
import classes from './TraceView.module.css';
import { useTrace } from './useTrace.ts';
import { Waterfall } from './Waterfall.tsx';

/** Differences smaller than this are noise, ms. */
const noiseMs = 0.5;

function difference(before: number, after: number): { text: string; tone: 'ok' | 'bad' | undefined } {
  const ms = after - before;
  if (Math.abs(ms) < noiseMs) return { text: 'same', tone: undefined };
  return { text: `${ms > 0 ? '+' : '−'}${formatLatency(Math.abs(ms))}`, tone: ms > 0 ? 'bad' : 'ok' };
}

function Differences({ a, b }: { a: GetTraceResponse; b: GetTraceResponse }) {
  const rows = useMemo(() => compareTraces(a.spans, b.spans), [a.spans, b.spans]);
  return (
    <table className={classes.differences}>
      <thead>
        <tr>
          <th>Span</th>
          <th data-number>A</th>
          <th data-number>B</th>
          <th data-number>B against A</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ service, name, countA, countB, sumA, sumB }) => {
          const { text, tone } = difference(sumA, sumB);
          const inBoth = countA > 0 && countB > 0;
          return (
            <tr key={`${service}\n${name}`}>
              <td>
                <span className={pageClasses.named}>
                  <ServiceDot service={service} />
                  <b>{service}</b> {name}
                </span>
              </td>
              <td data-number>{countA === 0 ? '–' : `${formatLatency(sumA)}${countA > 1 ? ` in ${countA}` : ''}`}</td>
              <td data-number>{countB === 0 ? '–' : `${formatLatency(sumB)}${countB > 1 ? ` in ${countB}` : ''}`}</td>
              <td data-number data-tone={inBoth ? tone : undefined}>
                {inBoth ? text : countA === 0 ? 'only in B' : 'only in A'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function OneOfTwo({ mark, trace, scaleMs }: { mark: string; trace: GetTraceResponse; scaleMs: number }) {
  const { summary } = trace;
  return (
    <div className={classes.pair}>
      <div className={classes.pairHead}>
        <b>{mark}</b>
        <span>
          {summary?.service} {summary?.name}
        </span>
        <span className={classes.dim}>
          {formatLatency(summary?.durationMs ?? 0)} · {formatMoment(summary?.startedAt ?? 0, Date.now())}
        </span>
        <span className={classes.right}>
          <Button variant="quiet" onClick={() => openTrace(summary?.traceId ?? '')}>
            Open
          </Button>
        </span>
      </div>
      <Waterfall
        spans={trace.spans}
        label={`Spans of trace ${mark}`}
        scaleMs={scaleMs}
        selected={undefined}
        onSelect={(span) => openTrace(summary?.traceId ?? '', span)}
      />
    </div>
  );
}

/** Two traces on one scale of time, and what took longer in which. */
export function CompareView({ a, b, onBack }: { a: string; b: string; onBack: () => void }) {
  const first = useTrace(a);
  const second = useTrace(b);
  const failed = first.isError ? first : second.isError ? second : undefined;
  const scaleMs =
    first.data && second.data ? Math.max(timeOf(first.data.spans).durationMs, timeOf(second.data.spans).durationMs) : 0;
  return (
    <section
      ref={focusOnce}
      tabIndex={-1}
      className={pageClasses.page}
      aria-label="Two traces"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        onBack();
      }}
    >
      <Toolbar title="Compare traces">
        <Button variant="quiet" icon={<IconArrowLeft size={15} />} onClick={onBack}>
          All traces
        </Button>
      </Toolbar>
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : !first.data || !second.data ? (
        <LoadingState rows={8} label="Loading the traces" />
      ) : (
        <div className={classes.compare}>
          <OneOfTwo mark="A" trace={first.data} scaleMs={scaleMs} />
          <OneOfTwo mark="B" trace={second.data} scaleMs={scaleMs} />
          <Differences a={first.data} b={second.data} />
        </div>
      )}
    </section>
  );
}
