import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { parsePlace, replayEffect } from '../../../renderer/features/events/positions.ts';
import { parseMetadata } from '../../../renderer/features/events/PublishForm.tsx';
import { GroupSchema, TopicSchema } from '../../../shared/contract/gen/topics_pb.ts';

const noon = new Date(2026, 10, 30, 12, 0, 0).getTime();

it('a place in a topic is read as people write it', () => {
  expect(parsePlace(' Start ', noon)).toEqual({ case: 'start', value: true });
  expect(parsePlace('end', noon)).toEqual({ case: 'end', value: true });
  expect(parsePlace('120', noon)).toEqual({ case: 'offset', value: 120 });
  expect(parsePlace('2h', noon)).toEqual({ case: 'time', value: noon - 7_200_000 });
  expect(parsePlace('10:30', noon)).toEqual({ case: 'time', value: noon - 5_400_000 });
  expect(parsePlace('2026-11-30 11:00', noon)).toEqual({ case: 'time', value: noon - 3_600_000 });
  for (const bad of ['', 'soon', '25:00', '-5', '2026-13-40']) expect(parsePlace(bad, noon), bad).toBeUndefined();
});

it('what a replay does is said before it is done', () => {
  const topic = create(TopicSchema, { name: 'orders', firstOffset: 10, nextOffset: 100 });
  const group = create(GroupSchema, { name: 'mail', position: 60 });
  expect(replayEffect(topic, group, 20)).toMatchObject({ events: 40, button: 'Replay 40 events' });
  expect(replayEffect(topic, group, 20).text).toMatch(
    /goes on from offset 20 \(now 60\)\. 40 events are delivered to it again/,
  );
  // What is not kept any more cannot be had again.
  expect(replayEffect(topic, group, 0)).toMatchObject({ events: 50 });
  expect(replayEffect(topic, group, 100)).toMatchObject({ events: -40, button: 'Skip 40 events' });
  expect(replayEffect(topic, group, 100).text).toContain('the group never gets them');
  expect(replayEffect(topic, group, 60)).toMatchObject({ events: 0, button: 'Replay' });
});

it('metadata is a line each', () => {
  expect(parseMetadata('a=1\n\n b = x=y ')).toEqual({ a: '1', b: 'x=y' });
  expect(parseMetadata('none')).toBeUndefined();
});
