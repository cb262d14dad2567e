import { lookOf, type StatusLook, type StatusShape, statusOf } from './status.ts';
import type { Service, Status } from '../../shared/contract/gen/state_pb.ts';
import classes from './Status.module.css';

/** The picture alone, 12 px unless told otherwise. It is decoration: the word must stand beside it or in a label. */
export function StatusIcon({ look, size = 12 }: { look: Pick<StatusLook, 'tone' | 'shape'>; size?: number }) {
  return (
    <svg
      className={classes.icon}
      data-tone={look.tone}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      {shapes[look.shape]}
    </svg>
  );
}

/** Picture and word of a service's status; with `detail` the reason follows. */
export function StatusBadge({ service, detail = false }: { service: Service; detail?: boolean }) {
  const look = statusOf(service);
  return (
    <span
      className={classes.badge}
      data-tone={look.tone}
      title={look.detail ? `${look.word}: ${look.detail}` : look.word}
    >
      <StatusIcon look={look} />
      <span>{look.word}</span>
      {detail && look.detail ? <span className={classes.detail}>{look.detail}</span> : null}
    </span>
  );
}

/** Picture, number and word, e.g. `6 running`. */
export function StatusCount({ status, count }: { status: Status; count: number }) {
  const look = lookOf(status);
  return (
    <span className={classes.count}>
      <StatusIcon look={look} />
      <span>{count}</span> <span className={classes.word}>{look.word}</span>
    </span>
  );
}

const shapes: Record<StatusShape, React.ReactNode> = {
  check: (
    <>
      <circle cx="6" cy="6" r="6" fill="currentColor" />
      <path className={classes.cut} d="M3.4 6.2 5.2 8 8.7 4.3" strokeWidth="1.5" />
    </>
  ),
  arc: (
    <>
      <circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" strokeOpacity=".25" strokeWidth="2" />
      <path className={classes.spin} d="M6 1.2a4.8 4.8 0 0 1 4.8 4.8" />
    </>
  ),
  hammer: <path className={classes.line} d="M1.5 10.5 6 6M4.6 3.2 8.8 7.4M6 1.8l4.2 4.2-1.3 1.3L4.7 3.1z" />,
  ring: <circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  half: (
    <>
      <rect x="1.5" y="1.5" width="9" height="9" rx="1.5" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M1.5 6h9v3a1.5 1.5 0 0 1-1.5 1.5H3A1.5 1.5 0 0 1 1.5 9z" fill="currentColor" />
    </>
  ),
  square: <rect x="1.5" y="1.5" width="9" height="9" rx="1.5" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  done: (
    <>
      <rect x="1.5" y="1.5" width="9" height="9" rx="1.5" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path className={classes.line} d="M4 6.1 5.4 7.5 8 4.6" />
    </>
  ),
  triangle: (
    <>
      <path d="M6 .8 11.6 11H.4z" fill="currentColor" stroke="currentColor" strokeWidth=".6" strokeLinejoin="round" />
      <path className={classes.cut} d="M6 4.4v3M6 8.9v.4" strokeWidth="1.4" />
    </>
  ),
  unknown: (
    <>
      <circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="1.5 2.27" />
      <circle cx="6" cy="6" r="1.2" fill="currentColor" />
    </>
  ),
};
