/** How the time column reads. */
export type TimeStyle = 'local' | 'utc' | 'relative';

const usPerMs = 1000;
const msPerMinute = 60_000;
const msPerHour = 60 * msPerMinute;
const msPerDay = 24 * msPerHour;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function three(value: number): string {
  return String(value).padStart(3, '0');
}

function age(ms: number): string {
  if (ms < 0) return '0.0 s';
  if (ms < msPerMinute) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < msPerHour) return `${Math.floor(ms / msPerMinute)} m ${two(Math.floor((ms % msPerMinute) / 1000))} s`;
  if (ms < msPerDay) return `${Math.floor(ms / msPerHour)} h ${two(Math.floor((ms % msPerHour) / msPerMinute))} m`;
  return `${Math.floor(ms / msPerDay)} d ${two(Math.floor((ms % msPerDay) / msPerHour))} h`;
}

/** The time of a record (microseconds since 1970) for the time column; `nowMs` is used by `relative` only. */
export function formatLogTime(timeUs: number, style: TimeStyle, nowMs: number): string {
  const date = new Date(Math.floor(timeUs / usPerMs));
  switch (style) {
    case 'relative':
      return age(nowMs - timeUs / usPerMs);
    case 'utc':
      return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}.${three(date.getUTCMilliseconds())}`;
    case 'local':
      return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`;
  }
}

/** The whole moment with its date, for tooltips and for lines of another day. */
export function formatLogMoment(timeUs: number, style: TimeStyle): string {
  const date = new Date(Math.floor(timeUs / usPerMs));
  if (style === 'utc') return `${date.toISOString().replace('T', ' ').slice(0, -1)} UTC`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatLogTime(timeUs, 'local', 0)}`;
}

/** Shorter stretches than this are told apart by milliseconds, longer ones than a day by the date. */
const shortSpanUs = 10_000 * usPerMs;

/** A moment on an axis over `spanUs`, as short as tells it from the others. */
export function formatAxisTime(timeUs: number, spanUs: number, style: 'local' | 'utc'): string {
  const time = formatLogTime(timeUs, style, 0);
  if (spanUs < shortSpanUs) return time;
  if (spanUs < msPerDay * usPerMs) return time.slice(0, 8);
  return `${formatLogMoment(timeUs, style).slice(5, 10)} ${time.slice(0, 5)}`;
}
