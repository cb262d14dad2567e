/** A value of a parsed JSON line. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A log line that is one JSON object: what a reader wants first, and the whole for the tree. */
export interface JsonLine {
  readonly message: string;
  /** The fields that are neither the message nor shown in a column of their own, as short text; may be empty. */
  readonly rest: string;
  readonly value: Readonly<Record<string, JsonValue>>;
}

/** Longer lines (UTF-16 units) are not parsed: parsing must never be felt while scrolling. */
const maxParsedLength = 64 * 1024;

/** The short form of the other fields ends here (characters); the tree has the rest. */
const maxRestLength = 400;

/** Names that loggers give to the text of a record, in order of preference (pino, winston, bunyan, zap, logrus, slog, logback, ECS). */
const messageKeys = ['msg', 'message', '@message', 'event', 'text', 'log'];

/** Fields that the view shows in columns of their own or that say nothing to a reader. */
const columnKeys = new Set([
  'level',
  'lvl',
  'severity',
  'levelname',
  'log.level',
  'time',
  'ts',
  'timestamp',
  '@timestamp',
  'asctime',
  'pid',
  'hostname',
  'v',
  '@version',
]);

function shortValue(value: JsonValue, depth: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (depth >= 2) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) return `[${value.map((item) => shortValue(item, depth + 1)).join(', ')}]`;
  return shortObject(value, depth + 1);
}

function shortObject(fields: Readonly<Record<string, JsonValue>>, depth: number): string {
  const parts = Object.entries(fields).map(([key, value]) => `${key}: ${shortValue(value, depth)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** One line for a value of the tree: `{ id: 8813, items: 1 }`. */
export function jsonSummary(value: JsonValue): string {
  const text = shortValue(value, 0);
  return text.length > maxRestLength ? `${text.slice(0, maxRestLength)}…` : text;
}

/** Parses a line (without escape codes) that is one JSON object; undefined for everything else. */
export function parseJsonLine(plain: string): JsonLine | undefined {
  if (plain.length > maxParsedLength) return undefined;
  const trimmed = plain.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Record<string, JsonValue>;
  const messageKey = messageKeys.find((key) => typeof fields[key] === 'string');
  const shown = Object.fromEntries(
    Object.entries(fields).filter(([key]) => key !== messageKey && !(messageKey !== undefined && columnKeys.has(key))),
  );
  const rest = Object.keys(shown).length === 0 ? '' : jsonSummary(shown);
  const message = messageKey === undefined ? '' : (fields[messageKey] as string).replaceAll('\n', ' ');
  return { message, rest, value: fields };
}
