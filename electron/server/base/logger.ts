/** Severity of a message of the server's own log. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the server says what it does. Messages are sentences; fields carry the values. Never pass a secret. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A logger whose messages carry `area` (e.g. `runtime`). */
  child(area: string): Logger;
}

/** One message of a {@link Logger}, as its sink gets it. */
export interface LogEntry {
  time: number;
  level: LogLevel;
  area: string;
  message: string;
  fields?: Record<string, unknown>;
}

/** A logger that hands each entry to `sink`; `now` gives ms since 1970. */
export function createLogger(sink: (entry: LogEntry) => void, now: () => number = Date.now, area = 'server'): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields?: Record<string, unknown>): void =>
      sink({ time: now(), level, area, message, ...(fields ? { fields } : {}) });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (name) => createLogger(sink, now, name),
  };
}

/** A logger that says nothing, for tests and optional collaborators. */
export const silentLogger: Logger = createLogger(() => {});

/** Any thrown value as one line of text, with the chain of causes. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  for (let e: unknown = error, depth = 0; e !== undefined && e !== null && depth < 5; depth++) {
    parts.push(e instanceof Error ? e.message : String(e));
    e = e instanceof Error ? e.cause : undefined;
  }
  return parts.join(': ');
}
