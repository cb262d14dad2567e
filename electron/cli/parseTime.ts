import { usageError } from './usageError.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `1h30m`, `45s`, `2.5d`: numbers with units, nothing else. */
const SPAN = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;
const SPAN_PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;

/**
 * A point in time as people write it, in ms since 1970: a span back from now (`5m`, `2h`, `1h30m`), a time of day
 * (`12:03`, `12:03:04.5`: the last time the clock showed it), a date, or ISO 8601 (local unless it names a zone).
 */
export function parseTime(option: string, text: string, now: number): number {
  const time = spanBack(text, now) ?? timeOfDay(text, now) ?? calendar(text);
  if (time !== undefined) return time;
  throw usageError(`--${option} "${text}" is not a time`, 'use 5m, 2h, 12:03, 2026-01-31 or 2026-01-31T12:03:04Z');
}

/** A span of time as people write it (`250ms`, `45s`, `1h30m`), in ms. */
export function parseSpan(option: string, text: string): number {
  const spanMs = spanOf(text);
  if (spanMs !== undefined) return spanMs;
  throw usageError(`--${option} "${text}" is not a span of time`, 'use 500ms, 30s, 5m or 1h30m');
}

function spanBack(text: string, now: number): number | undefined {
  const spanMs = spanOf(text);
  return spanMs === undefined ? undefined : now - spanMs;
}

function spanOf(text: string): number | undefined {
  if (!SPAN.test(text)) return undefined;
  let spanMs = 0;
  for (const [, amount, unit] of text.matchAll(SPAN_PART))
    spanMs += Number(amount) * (UNIT_MS[unit as string] as number);
  return spanMs;
}

function timeOfDay(text: string, now: number): number | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const date = new Date(now);
  date.setHours(hours, minutes, seconds, Number((match[4] ?? '0').padEnd(3, '0')));
  // A time that is yet to come today was meant as yesterday's: logs have no future.
  if (date.getTime() > now) date.setDate(date.getDate() - 1);
  return date.getTime();
}

function calendar(text: string): number | undefined {
  // A bare date is UTC for the Date parser; people mean their own day.
  const iso = DATE.test(text) ? `${text}T00:00:00` : DATE_AND_TIME.test(text) ? text.replace(' ', 'T') : undefined;
  if (iso === undefined) return undefined;
  const time = Date.parse(iso);
  return Number.isNaN(time) ? undefined : time;
}
