import { stripAnsi } from '../../../shared/lib/ansiText.ts';

/** Local time of day with milliseconds, of microseconds since 1970. */
export function logTimeText(timeUs: number): string {
  const date = new Date(timeUs / 1000);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Keys under which loggers write what a line says. */
const messageKeys = ['message', 'msg', 'event'] as const;

/** Keys that stand in columns of their own. */
const ownColumns: ReadonlySet<string> = new Set(['time', 'timestamp', 'ts', 'level', 'severity', ...messageKeys]);

/** What a line says: of a JSON line the message, then what else is in it. */
export function logLineText(text: string): string {
  const plain = stripAnsi(text);
  if (!plain.startsWith('{')) return plain;
  try {
    const line = JSON.parse(plain) as Record<string, unknown>;
    const message = messageKeys.map((key) => line[key]).find((value) => typeof value === 'string');
    if (message === undefined) return plain;
    const rest = Object.entries(line).filter(([key]) => !ownColumns.has(key));
    const more = rest.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return [message as string, ...more].join('  ');
  } catch {
    return plain;
  }
}
