import { jetStreamCode } from '../../host/natsErrors.ts';
import { decodeDeadLetter, encodeDeadLetter } from '../eventCodec.ts';
import type { DeadLetter } from '../eventLog.ts';
import type { GroupDocument } from './groupDocument.ts';
import type { Streams } from './streams.ts';
import { groupsStream, lettersStream, namesIn, subjects } from './subjects.ts';

/** Number of JetStream's error that the last message of a subject is another one than was said. */
const WRONG_LAST = 10071;

/** Somebody else wrote the group: it is not this server's any more. */
export class Superseded extends Error {
  constructor() {
    super('another server has taken over the group');
    this.name = 'Superseded';
  }
}

/** A document with the number of its message, by which the next one is written onto it. */
export interface WrittenDocument {
  document: GroupDocument;
  revision: number;
}

/** Reads and writes what is known of groups. */
export class GroupStore {
  constructor(private readonly streams: Streams) {}

  async read(topic: string, group: string): Promise<WrittenDocument | undefined> {
    const { prefix } = this.streams;
    return this.streams.run(async ({ jsm }) => {
      const subject = subjects.group(prefix, topic, group);
      const found = await jsm.direct.getMessage(groupsStream(prefix), { last_by_subj: subject });
      return found ? { document: found.json<GroupDocument>(), revision: found.seq } : undefined;
    });
  }

  /** Writes onto a revision (0: there is none); resolves with the new one. Rejects with {@link Superseded}. */
  async write(topic: string, group: string, document: GroupDocument, revision: number): Promise<number> {
    const subject = subjects.group(this.streams.prefix, topic, group);
    const bytes = JSON.stringify(document);
    return this.streams.run(async ({ js }) => {
      try {
        return (await js.publish(subject, bytes, { expect: { lastSubjectSequence: revision } })).seq;
      } catch (error) {
        if (jetStreamCode(error) !== WRONG_LAST) throw error;
        // The answer to the same may have been lost.
        const now = await this.read(topic, group);
        if (now?.document.writer !== document.writer) throw new Superseded();
        if (now.document.commit === document.commit) return now.revision;
        // An earlier commit was written after all, though that could not be learned.
        return (await js.publish(subject, bytes, { expect: { lastSubjectSequence: now.revision } })).seq;
      }
    });
  }

  async remove(topic: string, group: string): Promise<void> {
    const { prefix } = this.streams;
    await this.streams.run(async ({ jsm }) => {
      await jsm.streams.purge(groupsStream(prefix), { filter: subjects.group(prefix, topic, group) });
      await jsm.streams.purge(lettersStream(prefix), { filter: subjects.letters(prefix, topic, group) });
    });
  }

  /** Topic and name of every group, or of those of one topic. */
  async names(topic?: string): Promise<{ topic: string; group: string }[]> {
    const { prefix } = this.streams;
    const found = await this.streams.names(groupsStream(prefix), subjects.groups(prefix, topic));
    return found.map(([of = '', group = '']) => ({ topic: of, group })).sort((a, b) => (a.group < b.group ? -1 : 1));
  }

  async keepLetter(group: string, letter: DeadLetter): Promise<void> {
    const { topic, offset } = letter.event;
    const subject = subjects.letter(this.streams.prefix, topic, group, offset);
    const bytes = encodeDeadLetter(letter);
    await this.streams.run(async ({ js }) => {
      await js.publish(subject, bytes);
    });
  }

  async removeLetter(topic: string, group: string, offset: number): Promise<void> {
    const { prefix } = this.streams;
    await this.streams.run(async ({ jsm }) => {
      await jsm.streams.purge(lettersStream(prefix), { filter: subjects.letter(prefix, topic, group, offset) });
    });
  }

  /** Offsets of the dead letters of a group, ascending; those on their way again are among them. */
  async letters(topic: string, group: string): Promise<number[]> {
    const { prefix } = this.streams;
    const found = await this.streams.run(async ({ jsm }) => {
      const filter = subjects.letters(prefix, topic, group);
      const { state } = await jsm.streams.info(lettersStream(prefix), { subjects_filter: filter });
      return Object.keys(state.subjects ?? {});
    });
    return found.map((subject) => Number(namesIn(subject).at(-1))).sort((a, b) => a - b);
  }

  async letter(topic: string, group: string, offset: number): Promise<DeadLetter | undefined> {
    const { prefix } = this.streams;
    return this.streams.run(async ({ jsm }) => {
      const subject = subjects.letter(prefix, topic, group, offset);
      const found = await jsm.direct.getMessage(lettersStream(prefix), { last_by_subj: subject });
      return found ? decodeDeadLetter(topic, offset, Buffer.from(found.data)) : undefined;
    });
  }
}
