import type { MessageInitShape } from '@bufbuild/protobuf';
import type { PositionSchema } from '../../shared/contract/gen/topics_pb.ts';
import { parseTime } from './parseTime.ts';

/** A place in a topic as people write it: `start`, `end`, an offset, or a time as `micro logs --since` takes it. */
export function parsePosition(option: string, text: string, now: number): MessageInitShape<typeof PositionSchema> {
  if (text === 'start' || text === 'end') return { at: { case: text, value: true } };
  if (/^\d+$/.test(text)) return { at: { case: 'offset', value: Number(text) } };
  return { at: { case: 'time', value: parseTime(option, text, now) } };
}
