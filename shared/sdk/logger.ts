import { currentCall } from './callContext.ts';

/** Values that stand beside a message; an Error becomes its stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines of JSON that log views understand; lines of a call carry its `traceId`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger to standard output. `write` takes one line, for tests. */
export function createLogger(write: (line: string) => void = (line) => void process.stdout.write(line)): Logger {
  const at =
    (level: keyof Logger) =>
    (message: string, fields: LogFields = {}): void => {
      const traceId = currentCall()?.traceId;
      const entry = { time: new Date().toISOString(), level, message, ...(traceId ? { traceId } : {}), ...fields };
      write(`${textOf(entry)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function textOf(entry: { time: string; level: string; message: string }): string {
  try {
    return JSON.stringify(entry, (_, value: unknown) => {
      if (value instanceof Error) return value.stack ?? value.message;
      return typeof value === 'bigint' ? String(value) : value;
    });
  } catch {
    // Fields that contain themselves: the message is worth more than they are.
    const { time, level, message } = entry;
    return JSON.stringify({ time, level, message });
  }
}
