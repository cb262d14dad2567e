import type { KeyRange, SortedBytes, SortedReader, SortedWriter } from '../host/sortedBytes.ts';

/** Spaces of groups: their facts, their marks on single events, their dead letters, and which of those are to be delivered again. */
export const GROUP_SPACES = ['groups', 'marks', 'dead', 'again'] as const;
/** What is kept: facts of topics, their events, and what groups have. */
export const SPACES = ['topics', 'events', ...GROUP_SPACES] as const;

/** One of {@link SPACES}. */
export type Space = (typeof SPACES)[number];
export type Engine = SortedBytes<Space>;
export type EngineReader = SortedReader<Space>;
export type EngineWriter = SortedWriter<Space>;

const OFFSET_BYTES = 6;

/** `topic 0`: the key of a topic. Names have no 0 in them. */
export function topicKey(topic: string): Buffer {
  return Buffer.from(`${topic}\0`, 'latin1');
}

/** `topic 0 group 0`: the key of a group. */
export function groupKey(topic: string, group: string): Buffer {
  return Buffer.from(`${topic}\0${group}\0`, 'latin1');
}

/** `topic 0 offset`, or `topic 0 group 0 offset`: sorts by offset. */
export function offsetKey(owner: Uint8Array, offset: number): Buffer {
  const key = Buffer.alloc(owner.length + OFFSET_BYTES);
  key.set(owner);
  key.writeUIntBE(offset, owner.length, OFFSET_BYTES);
  return key;
}

/** The offset at the end of an {@link offsetKey}. */
export function offsetOf(key: Buffer): number {
  return key.readUIntBE(key.length - OFFSET_BYTES, OFFSET_BYTES);
}

/** Offsets of an owner, from one on to another that is left out. */
export function offsets(owner: Uint8Array, from = 0, to = 2 ** 48 - 1): KeyRange {
  return { from: offsetKey(owner, from), to: offsetKey(owner, to) };
}

/** Everything whose key begins with that of an owner, itself included. */
export function belongingTo(owner: Buffer): KeyRange {
  const to = Buffer.from(owner);
  to[to.length - 1] = 1;
  return { from: owner, to };
}

/** Every key there is. */
export const EVERYTHING: KeyRange = { from: Buffer.from([1]), to: Buffer.from([0xff]) };

/** Names in a {@link topicKey} or {@link groupKey}. */
export function namesOf(key: Buffer): string[] {
  return key.toString('latin1').split('\0').slice(0, -1);
}
