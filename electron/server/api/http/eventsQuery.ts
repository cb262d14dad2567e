import { MicroError } from '../../../../shared/contract/errors.ts';
import type { ConsumeOptions, Position } from '../../events/eventLog.ts';

const PARAMETERS = ['group', 'from', 'ack', 'wait', 'deliveries', 'unacked'];

/**
 * Reads topic and options from a URL: `<path><topic>?group=&from=start|end|OFFSET|TIME&ack=auto|manual&wait=MS&
 * deliveries=N&unacked=N`. Throws `api.invalid` for a parameter that does not exist or cannot be read.
 */
export function eventsQuery(url: URL, path: string, usualAck: 'auto' | 'manual'): Omit<ConsumeOptions, 'service'> {
  const parameters = url.searchParams;
  requireKnown(parameters, PARAMETERS);
  const ack = parameters.get('ack') ?? usualAck;
  if (ack !== 'auto' && ack !== 'manual') throw invalid('ack', ack, 'is not auto or manual');
  const from = parameters.get('from');
  return {
    topic: topicOf(url, path),
    group: parameters.get('group') ?? undefined,
    from: from === null ? undefined : positionOf(from),
    autoAck: ack === 'auto',
    ackWaitMs: numberOf(parameters, 'wait'),
    maxDeliveries: numberOf(parameters, 'deliveries'),
    maxUnacked: numberOf(parameters, 'unacked'),
  };
}

/** The topic in a URL: all that stands behind the path. */
export function topicOf(url: URL, path: string): string {
  try {
    return decodeURIComponent(url.pathname.slice(path.length));
  } catch {
    throw new MicroError('api.invalid', `${url.pathname} has a % that encodes nothing`);
  }
}

/** Refuses a parameter that means nothing: whoever gives one expects something of it. */
export function requireKnown(parameters: URLSearchParams, known: readonly string[]): void {
  for (const name of parameters.keys())
    if (!known.includes(name))
      throw new MicroError('api.invalid', `there is no parameter "${name}"`, {
        next: `known are: ${known.join(', ')}`,
      });
}

function positionOf(text: string): Position {
  if (text === 'start' || text === 'end') return text;
  if (/^\d+$/.test(text)) return { offset: Number(text) };
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw invalid('from', text, 'is not start, end, an offset or a time such as 2026-01-31T12:00:00Z');
  return { time };
}

function numberOf(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  if (!/^-?\d+$/.test(text)) throw invalid(name, text, 'is not a whole number');
  return Number(text);
}

function invalid(name: string, value: string, why: string): MicroError {
  return new MicroError('api.invalid', `${name} "${value}" ${why}`);
}
