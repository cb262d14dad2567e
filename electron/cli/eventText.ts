import type { Event } from '../../shared/contract/gen/topics_pb.ts';
import type { CliContext } from './context.ts';

/** An event as `--json` shows it, one line each; `payload` as text, `base64` when it is none. */
export function eventJson(event: Event, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { id, topic, offset, time, key, publisher, metadata, payload } = event;
  const text = textOf(payload);
  return {
    id,
    topic,
    offset,
    time: new Date(time).toISOString(),
    key,
    publisher,
    metadata,
    ...(text === undefined ? { base64: Buffer.from(payload).toString('base64') } : { payload: text }),
    ...more,
  };
}

/** Prints an event: its payload as it is, with `verbose` behind its offset, time, key and publisher. */
export function printEvent({ out, json }: CliContext, event: Event, verbose: boolean, more = {}): void {
  if (json) {
    out.json(eventJson(event, more));
    return;
  }
  if (verbose) {
    const { offset, time, key, publisher } = event;
    const facts = [
      `#${offset}`,
      new Date(time).toISOString(),
      ...(key === '' ? [] : [`key=${key}`]),
      ...(publisher === '' ? [] : [`from=${publisher}`]),
      ...Object.entries(more).map(([name, value]) => `${name}=${String(value)}`),
    ];
    out.write(`${out.colours.dim(facts.join(' '))} `);
  }
  out.write(event.payload);
  out.line();
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
