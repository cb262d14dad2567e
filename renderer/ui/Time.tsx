import { formatAgo, formatDuration, formatMoment } from './format.ts';
import { useNow } from './useNow.ts';

/** How long ago something was; the exact time on hover. */
export function Ago({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatMoment(at, now)}>
      {formatAgo(at, now)}
    </time>
  );
}

/** How long something lasts by now; the start on hover. */
export function Since({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={`since ${formatMoment(at, now)}`}>
      {formatDuration(Math.max(0, now - at))}
    </time>
  );
}

/** How long it is until something; the exact time on hover. */
export function Until({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={`at ${formatMoment(at, now)}`}>
      {formatDuration(Math.max(0, at - now))}
    </time>
  );
}
