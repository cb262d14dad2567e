import { statusWord } from '../../shared/client/serviceWords.ts';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import type { Notice } from '../../shared/contract/gen/state_pb.ts';
import type { LogEntry, ReloadNews } from '../server/index.ts';
import { usageError } from './usageError.ts';

/** How the log of a server is written for programs that collect logs. */
export type LogFormat = 'json' | 'text';

/** The format that `--log-format` names, undefined when it is not given. Throws a usage error for another one. */
export function logFormat(value: unknown): LogFormat | undefined {
  if (value === undefined || value === 'json' || value === 'text') return value;
  throw usageError(`there is no log format "${String(value)}"`, 'there are: json, text');
}

/**
 * Writes everything that a server has to tell as entries of one log, a line each: its own messages, what happens to services,
 * notices and reloads. Messages for debugging are left out.
 */
export class ServerLog {
  private readonly lastSaid = new Map<string, string>();

  constructor(
    private readonly write: (line: string) => void,
    private readonly format: LogFormat,
    private readonly now: () => number = Date.now,
  ) {}

  add(entry: LogEntry): void {
    if (entry.level === 'debug') return;
    this.write(this.format === 'json' ? jsonLine(entry) : textLine(entry));
  }

  /** Says something of the program itself. */
  say(message: string, fields?: Record<string, unknown>, level: LogEntry['level'] = 'info'): void {
    this.add({ time: this.now(), level, area: 'server', message, ...(fields ? { fields } : {}) });
  }

  /** A service got to another status, or has to say something else about it. */
  addEvent({ service, status, text, done, ok, next }: ActionEvent): void {
    const word = statusWord(status);
    const message = text === '' || text === word ? `${service} ${word}` : `${service} ${word}: ${text}`;
    const failed = done && !ok;
    if (!failed && this.lastSaid.get(service) === message) return;
    this.lastSaid.set(service, message);
    const fields = { service, status: word, ...(failed && next !== '' ? { next } : {}) };
    this.add({ time: this.now(), level: failed ? 'error' : 'info', area: 'services', message, fields });
  }

  addNotice({ level, service, text, code }: Notice): void {
    const fields = { ...(service === '' ? {} : { service }), ...(code === '' ? {} : { code }) };
    const known = level === 'error' || level === 'warn' ? level : 'info';
    this.add({ time: this.now(), level: known, area: 'services', message: text, fields });
  }

  addReload({ service: { name }, reload }: ReloadNews): void {
    const { file, files, outcome, tookMs, message } = reload;
    const isFine = outcome === 'swapped' || outcome === 'restarted';
    const fields = { service: name, file, files, outcome, tookMs, ...(isFine ? {} : { reason: message }) };
    const text = isFine ? `${name} reloaded` : `${name} was not reloaded`;
    this.add({ time: this.now(), level: isFine ? 'info' : 'error', area: 'services', message: text, fields });
  }
}

function jsonLine({ time, level, area, message, fields }: LogEntry): string {
  return JSON.stringify({ time: new Date(time).toISOString(), level, area, message, ...(fields ? { fields } : {}) });
}

/** Line ends are written out, so that an entry stays one line and nobody can fake another. */
function textLine({ time, level, area, message, fields }: LogEntry): string {
  const values = Object.entries(fields ?? {}).map(([key, value]) => ` ${key}=${valueText(value)}`);
  const text = `${new Date(time).toISOString()} ${level} ${area}: ${message}${values.join('')}`;
  return text.replace(/\r?\n/g, '\\n');
}

function valueText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : (JSON.stringify(value) ?? 'undefined');
}
