/** Something that happened during a span. */
export interface StoredEvent {
  /** ms since 1970. */
  at: number;
  name: string;
  attributes: Record<string, string>;
}

/** One span as it is kept, whoever saw it. */
export interface StoredSpan {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  /** Empty for a first span. */
  parentSpanId: string;
  /** Who did the work. */
  service: string;
  name: string;
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** ms since 1970, with a fraction. */
  startedAt: number;
  durationMs: number;
  failed: boolean;
  /** Why, when it failed; else empty. */
  message: string;
  /** Names as in OpenTelemetry's semantic conventions. */
  attributes: Record<string, string>;
  events: StoredEvent[];
  links: { traceId: string; spanId: string }[];
  source: 'gateway' | 'proxy' | 'service';
  /** For spans of gateway and proxy: who called. */
  from: string;
  instance: string;
}

/** What is known of a trace without reading its spans. */
export interface TraceFacts {
  traceId: string;
  /** Of the first span: the one without a parent, else the earliest. */
  service: string;
  name: string;
  startedAt: number;
  durationMs: number;
  spans: number;
  errors: number;
  /** In order of their first span. */
  services: string[];
}

/** Characters of a value that are kept; a stack trace fits, a document does not. */
const MAX_VALUE_CHARS = 8192;

/** Characters of the name of an attribute; names are short, but a program may make one of a value. */
const MAX_NAME_CHARS = 256;

/** Attributes and events of a span that are kept; OpenTelemetry's own default limit is 128. */
const MAX_ATTRIBUTES = 128;
const MAX_EVENTS = 128;

/** A span within the limits of what is kept: a program may report megabytes in one. */
export function withinLimits(span: StoredSpan): StoredSpan {
  return {
    ...span,
    name: cut(span.name, 512),
    message: cut(span.message, MAX_VALUE_CHARS),
    attributes: cutAll(span.attributes),
    events: span.events.slice(0, MAX_EVENTS).map((event) => ({ ...event, attributes: cutAll(event.attributes) })),
    links: span.links.slice(0, MAX_EVENTS),
  };
}

function cutAll(attributes: Record<string, string>): Record<string, string> {
  if (isShort(attributes)) return attributes;
  return Object.fromEntries(
    Object.entries(attributes)
      .slice(0, MAX_ATTRIBUTES)
      .map(([name, value]) => [cut(name, MAX_NAME_CHARS), cut(value, MAX_VALUE_CHARS)]),
  );
}

/** Whether nothing has to be cut, which is so of nearly all, and they come by the thousand. */
function isShort(attributes: Record<string, string>): boolean {
  let count = 0;
  for (const name in attributes) {
    if (++count > MAX_ATTRIBUTES || name.length > MAX_NAME_CHARS) return false;
    if ((attributes[name] as string).length > MAX_VALUE_CHARS) return false;
  }
  return true;
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

/** Spans as a tree read from its top: parents before their children, siblings in order of their start. */
export function inTreeOrder(spans: readonly StoredSpan[]): StoredSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const children = new Map<string, StoredSpan[]>();
  for (const span of [...spans].sort((a, b) => a.startedAt - b.startedAt)) {
    const parent = span.parentSpanId !== span.spanId && byId.has(span.parentSpanId) ? span.parentSpanId : '';
    const group = children.get(parent);
    if (group) group.push(span);
    else children.set(parent, [span]);
  }
  const out: StoredSpan[] = [];
  const seen = new Set<StoredSpan>();
  const waiting = [...(children.get('') ?? [])].reverse();
  for (let span = waiting.pop(); span; span = waiting.pop()) {
    if (seen.has(span)) continue;
    seen.add(span);
    out.push(span);
    waiting.push(...[...(children.get(span.spanId) ?? [])].reverse());
  }
  // Spans that are each other's parents have no top; they are shown all the same.
  return out.length === spans.length ? out : [...out, ...spans.filter((span) => !seen.has(span))];
}
