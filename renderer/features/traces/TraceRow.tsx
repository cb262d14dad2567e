import { memo } from 'react';
import type { TraceSummary } from '../../../shared/contract/gen/traces_pb.ts';
import { formatMoment } from '../../ui/format.ts';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { formatLatency } from '../../ui/trafficFormat.ts';
import classes from './Traces.module.css';

/** Services named in a row; of more only the number is told. */
const namedServices = 3;

function Services({ services }: { services: readonly string[] }) {
  const more = services.length - namedServices;
  return (
    <span className={classes.services} title={services.join(', ')}>
      {services.slice(0, namedServices).map((service) => (
        <span key={service} className={classes.named}>
          <ServiceDot service={service} />
          {service}
        </span>
      ))}
      {more > 0 ? <span className={classes.dim}>+{more}</span> : null}
    </span>
  );
}

interface TraceRowProps {
  readonly trace: TraceSummary;
  readonly top: number;
  /** Longest duration of the list, ms: the full length of a bar. */
  readonly longestMs: number;
  readonly isActive: boolean;
  readonly isMarked: boolean;
  readonly nowMs: number;
  readonly onOpen: (traceId: string) => void;
  readonly onMark: (traceId: string) => void;
}

/** One trace of the list. */
export const TraceRow = memo(function TraceRow(props: TraceRowProps) {
  const { trace, top, longestMs, isActive, isMarked, nowMs, onOpen, onMark } = props;
  const { traceId, service, name, startedAt, durationMs, spans, errors, services } = trace;
  return (
    <div
      role="row"
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      tabIndex={isActive ? 0 : -1}
      data-trace={traceId}
      aria-selected={isMarked}
      onClick={() => onOpen(traceId)}
    >
      <span role="gridcell" className={classes.mark}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isMarked}
          aria-label="Mark for comparing"
          onClick={(event) => event.stopPropagation()}
          onChange={() => onMark(traceId)}
        />
      </span>
      <span role="gridcell" className={classes.time}>
        {formatMoment(startedAt, nowMs)}
      </span>
      <span role="gridcell" className={classes.name} title={`${service} ${name}`}>
        <ServiceDot service={service} />
        <b>{service}</b> <span>{name}</span>
      </span>
      <span role="gridcell" className={classes.outcome} data-failed={errors > 0 || undefined}>
        {errors > 0 ? `▲ ${errors} ${errors === 1 ? 'error' : 'errors'}` : 'ok'}
      </span>
      <span role="gridcell" className={classes.duration}>
        <span className={classes.figure}>{formatLatency(durationMs)}</span>
        <span className={classes.track}>
          <span className={classes.bar} style={{ width: `${Math.max(1, (durationMs / longestMs) * 100)}%` }} />
        </span>
      </span>
      <span role="gridcell" className={classes.cell}>
        <Services services={services} />
      </span>
      <span role="gridcell" className={classes.number}>
        {spans}
      </span>
    </div>
  );
});
