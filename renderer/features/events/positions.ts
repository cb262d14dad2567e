import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Group, PositionSchema, Topic } from '../../../shared/contract/gen/topics_pb.ts';
import { parseSpan } from '../../ui/parseSpan.ts';

/** A place in a topic, as the API takes it. */
export type Place = MessageInitShape<typeof PositionSchema>['at'] & object;

/**
 * A typed place: `start`, `end`, an offset, a span of time before now (`2h`), or a time (`14:30`, `2026-11-30 14:30`), local.
 * Undefined when it is none.
 */
export function parsePlace(text: string, nowMs: number): Place | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'start') return { case: 'start', value: true };
  if (word === 'end') return { case: 'end', value: true };
  if (/^\d+$/.test(word)) return { case: 'offset', value: Number(word) };
  const span = parseSpan(word);
  if (span !== undefined) return { case: 'time', value: nowMs - span };
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(word);
  if (clock) {
    const at = new Date(nowMs);
    at.setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
    return Number(clock[1]) < 24 && Number(clock[2]) < 60 ? { case: 'time', value: at.getTime() } : undefined;
  }
  const time = /^\d{4}-\d{2}-\d{2}/.test(word) ? Date.parse(word.replace(' ', 'T').toUpperCase()) : Number.NaN;
  return Number.isNaN(time) ? undefined : { case: 'time', value: time };
}

/** What a field for a place takes. */
export const placeHelp = 'start, end, an offset, a span before now such as 2h, or a time such as 14:30';

/** What moving a group would do, in words, and in a word for the button. */
export interface ReplayEffect {
  readonly text: string;
  readonly button: string;
  /** Events that are delivered again; negative: that are left out. */
  readonly events: number;
}

/** What becomes of a group that goes on from the event with the offset `to`. */
export function replayEffect(topic: Topic, group: Group, to: number): ReplayEffect {
  const target = Math.max(topic.firstOffset, Math.min(to, topic.nextOffset));
  const events = group.position - target;
  const number = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}`;
  const where = `${group.name} goes on from offset ${target.toLocaleString('en')} (now ${group.position.toLocaleString('en')}).`;
  const members =
    group.members.length === 0
      ? 'Nobody consumes now: it takes effect with the next member.'
      : `${group.members.length} ${group.members.length === 1 ? 'member gets' : 'members get'} them at once.`;
  if (events > 0)
    return {
      events,
      button: `Replay ${number(events)}`,
      text: `${where} ${number(events)} ${events === 1 ? 'is' : 'are'} delivered to it again, also those it has acknowledged. ${members}`,
    };
  if (events < 0)
    return {
      events,
      button: `Skip ${number(-events)}`,
      text: `${where} ${number(-events)} ${events === -1 ? 'is' : 'are'} left out: the group never gets ${events === -1 ? 'it' : 'them'}.`,
    };
  return {
    events: 0,
    button: 'Replay',
    text: `${where} It is there already; what is not acknowledged is delivered again.`,
  };
}
