import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo } from 'react';
import { serviceColour } from '../../../shared/lib/serviceColour.ts';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { formatLatency } from '../../ui/trafficFormat.ts';
import type { SpanRow } from './traceTree.ts';
import classes from './Waterfall.module.css';

/** px that a level of the tree is moved in; deeper than `deepest` levels no further, names need room. */
const indent = 14;
const deepest = 12;

/** A bar that ends beyond this part of the width has its duration on the left side, where there is room. */
const labelTurnsAt = 0.82;

/** A bar that begins before this part of the width has no room there either: it holds its duration itself. */
const labelEntersBelow = 0.18;

function Bar({ row, scaleMs }: { row: SpanRow; scaleMs: number }) {
  const { span, offsetMs } = row;
  const left = (offsetMs / scaleMs) * 100;
  const width = (span.durationMs / scaleMs) * 100;
  const turned = (left + width) / 100 > labelTurnsAt;
  const isInside = turned && left / 100 < labelEntersBelow;
  return (
    <>
      <span
        className={classes.bar}
        data-failed={span.failed || undefined}
        data-source={span.source}
        style={{ left: `${left}%`, width: `max(2px, ${width}%)`, background: serviceColour(span.service) }}
      />
      <span
        className={classes.took}
        data-inside={isInside || undefined}
        style={
          isInside
            ? { right: `${100 - left - width}%` }
            : turned
              ? { right: `${100 - left}%` }
              : { left: `${left + width}%` }
        }
      >
        {span.failed ? '▲ ' : ''}
        {formatLatency(span.durationMs)}
      </span>
    </>
  );
}

interface SpanLineProps {
  readonly row: SpanRow;
  readonly top: number;
  readonly scaleMs: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly isClosed: boolean;
  readonly onSelect: (spanId: string) => void;
  readonly onToggle: (spanId: string) => void;
}

/** One span: its place in the tree, and where it stands in time. */
export const SpanLine = memo(function SpanLine(props: SpanLineProps) {
  const { row, top, scaleMs, isActive, isSelected, isClosed, onSelect, onToggle } = props;
  const { span, depth, below, failedBelow } = row;
  return (
    <div
      role="row"
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      tabIndex={isActive ? 0 : -1}
      data-span={span.spanId}
      data-failed={span.failed || undefined}
      aria-level={depth + 1}
      aria-selected={isSelected}
      {...(below > 0 ? { 'aria-expanded': !isClosed } : {})}
      onClick={() => onSelect(span.spanId)}
    >
      <span role="gridcell" className={classes.name} style={{ paddingLeft: 10 + Math.min(depth, deepest) * indent }}>
        {below > 0 ? (
          <button
            type="button"
            tabIndex={-1}
            className={classes.caret}
            aria-label={isClosed ? 'Open' : 'Close'}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(span.spanId);
            }}
          >
            {isClosed ? <IconChevronRight size={13} /> : <IconChevronDown size={13} />}
          </button>
        ) : (
          <span className={classes.caret} />
        )}
        <ServiceDot service={span.service} />
        <b>{span.service}</b>
        <span className={classes.what} title={span.name}>
          {span.name}
        </span>
        {isClosed && below > 0 ? (
          <span className={classes.below} data-failed={failedBelow > 0 || undefined}>
            {failedBelow > 0 ? `▲ ${failedBelow} of ${below}` : `+${below}`}
          </span>
        ) : null}
        {row.isOrphan ? (
          <span className={classes.below} title="The span that called it was reported by nobody">
            caller unknown
          </span>
        ) : null}
      </span>
      <span role="gridcell" className={classes.time}>
        <Bar row={row} scaleMs={scaleMs} />
      </span>
    </div>
  );
});
