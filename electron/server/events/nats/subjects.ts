import { createHash } from 'node:crypto';

/** Characters of a name that mean nothing in a subject, a stream's name or a file's, also where case is not told apart. */
const PLAIN = /[^a-z0-9_-]/g;
/** Letters of a stream's name, which is also that of a folder. */
const LONGEST_STREAM = 180;

/** A name of ours as one token of a subject: what is not plain becomes `=` and its number in hex. */
export function token(name: string): string {
  return name.replace(PLAIN, (char) => `=${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** The name that a {@link token} stands for. */
export function nameOf(text: string): string {
  return text.replace(/=([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The stream of a topic. The name of a long topic is cut, and told apart by a hash. */
export function topicStream(prefix: string, topic: string): string {
  const safe = token(topic);
  const short =
    safe.length <= LONGEST_STREAM
      ? safe
      : `${safe.slice(0, LONGEST_STREAM - 33)}=${createHash('sha256').update(topic).digest('hex').slice(0, 32)}`;
  return `${prefix}_topic_${short}`;
}

/** The streams of what is known of groups: how far each is, and its dead letters. */
export const groupsStream = (prefix: string): string => `${prefix}_groups`;
export const lettersStream = (prefix: string): string => `${prefix}_letters`;

/** Where everything of an environment is. */
export const subjects = {
  events: (prefix: string, topic: string) => `${prefix}.events.${token(topic)}`,
  broker: (prefix: string, topic: string) => `${prefix}.broker.${token(topic)}`,
  group: (prefix: string, topic: string, group: string) => `${prefix}.groups.${token(topic)}.${token(group)}`,
  /** Groups of a topic; without one, of all. */
  groups: (prefix: string, topic?: string) => `${prefix}.groups.${topic === undefined ? '>' : `${token(topic)}.>`}`,
  letter: (prefix: string, topic: string, group: string, offset: number) =>
    `${prefix}.letters.${token(topic)}.${token(group)}.${offset}`,
  letters: (prefix: string, topic: string, group?: string) =>
    `${prefix}.letters.${token(topic)}.${group === undefined ? '>' : `${token(group)}.*`}`,
  /** What a server is asked by others. */
  server: (prefix: string, server: string) => `${prefix}.server.${server}`,
  /** What a server tells all others. */
  news: (prefix: string) => `${prefix}.news`,
};

/** The names behind a prefix and a word of a subject, such as topic and group. */
export function namesIn(subject: string): string[] {
  return subject.split('.').slice(2).map(nameOf);
}
