import { randomUUID } from 'node:crypto';
import { mapLimit } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import { CommitQueue } from '../commitQueue.ts';
import type { DeadLetter, EventFlow, GroupInfo } from '../eventLog.ts';
import { Group } from '../group.ts';
import { GroupState } from '../groupState.ts';
import { draftStorage, type GroupDocument, GroupDraft, marksOf } from './groupDocument.ts';
import { type GroupStore, Superseded, type WrittenDocument } from './groupStore.ts';
import type { Streams, TopicFacts } from './streams.ts';
import { TopicReader } from './topicReader.ts';
import { TopicWindow } from './topicWindow.ts';

/** Letters that are read or written at a time. */
const LETTERS_AT_A_TIME = 32;

/** What {@link LedGroup} works with. */
export interface LedGroupOptions {
  topic: string;
  name: string;
  /** What the stream had when the group was opened. */
  facts: Pick<TopicFacts, 'first'>;
  streams: Streams;
  /** Where the group is written down; undefined: nowhere. */
  store: GroupStore | undefined;
  clock: Clock;
  /** The id of this server. */
  server: string;
  handleChange(): void;
  handleFlow(flow: EventFlow): void;
  handleFailure(error: unknown): void;
  /** Another server has the group now. */
  handleLost(group: LedGroup): void;
}

/**
 * A group whose events this server hands out, to its own members and to those of other servers. Only one server does at a
 * time: so events of a key have one order wherever they go. Each commit is written onto the one before it, so one who was
 * taken for dead cannot write any more.
 */
export class LedGroup {
  readonly group: Group;
  private readonly state: GroupState<GroupDraft>;
  private readonly window: TopicWindow;
  private readonly reader: TopicReader;
  private readonly commits: CommitQueue<GroupDraft>;
  /** Letters on their way again, which the topic may not have any more. */
  private readonly letters = new Map<number, DeadLetter>();
  private readonly writer = randomUUID();
  private commit: number;
  private revision: number;
  private current: GroupDraft;
  private isOver = false;

  private constructor(
    private readonly options: LedGroupOptions,
    { document, revision }: WrittenDocument,
    dead: readonly number[],
  ) {
    const { topic, name, streams, clock, facts } = options;
    this.commit = document.commit;
    this.revision = revision;
    const marks = marksOf(document);
    const saved = { floor: document.floor, missed: document.missed, dead: dead.length };
    this.current = new GroupDraft({
      facts: saved,
      marks: new Map<number, 'done' | number>([
        ...marks.attempts,
        ...marks.done.map((offset) => [offset, 'done'] as const),
      ]),
      again: marks.again,
      dead: new Set(dead),
    });
    this.commits = new CommitQueue({ write: (step) => this.write(step) });
    const next = Math.max(document.floor, facts.first);
    this.window = new TopicWindow({ first: facts.first, next });
    this.state = new GroupState(this.window, this.commits, options.store && draftStorage, saved, marks);
    this.group = new Group({
      name,
      topic: this.window,
      state: this.state,
      letter: (offset) => this.letters.get(offset),
      clock,
      handleChange: () => {
        // Nobody is there: what comes from now on is read when somebody is.
        if (this.group.size === 0) this.reader.pause();
        else this.reader.look();
        options.handleChange();
      },
      handleDelivery: (service) => options.handleFlow({ topic, service, direction: 'consumed', count: 1 }),
      handleFailure: (error) => {
        if (!this.isOver) options.handleFailure(error);
      },
    });
    this.reader = new TopicReader({
      streams,
      topic,
      next: () => this.window.facts.next,
      isWanted: () => this.group.size > 0 && this.window.hasRoom((offset) => this.isDone(offset)),
      take: (event) => {
        this.window.add(event);
        this.group.pump();
      },
    });
  }

  /** Opens a group that is this server's by its document. */
  static async open(options: LedGroupOptions, written: WrittenDocument): Promise<LedGroup> {
    const { store, topic, name } = options;
    if (!store) return new LedGroup(options, written, []);
    const dead = await store.letters(topic, name);
    const kept = new Set(dead);
    // One that is not kept any more was done with when its document could not be written.
    const again = written.document.again.filter(([offset]) => kept.has(offset));
    const led = new LedGroup(options, { ...written, document: { ...written.document, again } }, dead);
    await led.loadLetters(again.map(([offset]) => offset));
    return led;
  }

  get lost(): boolean {
    return this.isOver;
  }

  /** Whether an event comes from its dead letter, as the topic may not have it any more. */
  isLetter(offset: number): boolean {
    return this.state.isSentAgain(offset);
  }

  /** How it stands, given what its topic has. */
  info({ first, next }: Pick<TopicFacts, 'first' | 'next'>): GroupInfo {
    this.window.raise(first);
    const info = this.group.info();
    return { ...info, lag: Math.max(0, info.lag + Math.max(0, next - this.window.facts.next)) };
  }

  async moveTo(offset: number, first: number): Promise<void> {
    this.window.reset(offset, first);
    this.reader.restart();
    await this.group.moveTo(offset);
    this.reader.look();
  }

  /** As {@link Group.settleLetters}. */
  async settleLetters(offsets: readonly number[], outcome: 'resend' | 'drop'): Promise<number[]> {
    await this.group.save();
    await this.loadLetters(offsets.filter((offset) => this.current.dead.has(offset)));
    return this.group.settleLetters(offsets, outcome);
  }

  /** Ends its members and writes down how far it is, for whoever leads it next. */
  async close(): Promise<void> {
    this.group.close();
    await this.reader.stop();
    await this.commits.idle();
    if (this.isOver || !this.options.store) return;
    this.isOver = true;
    const document = this.current.document('', this.writer, ++this.commit);
    await this.options.store.write(this.options.topic, this.options.name, document, this.revision);
  }

  /** Ends its members; nothing is written any more. */
  async abandon(): Promise<void> {
    this.isOver = true;
    this.group.close();
    await this.reader.stop();
  }

  private isDone(offset: number): boolean {
    return offset < this.state.order.floor || this.state.order.isMarked(offset);
  }

  private async loadLetters(offsets: readonly number[]): Promise<void> {
    const { store, topic, name } = this.options;
    for (const offset of this.letters.keys()) if (!this.state.isSentAgain(offset)) this.letters.delete(offset);
    const missing = offsets.filter((offset) => !this.letters.has(offset));
    await mapLimit(missing, LETTERS_AT_A_TIME, async (offset) => {
      const letter = await store?.letter(topic, name, offset);
      if (letter) this.letters.set(offset, letter);
    });
  }

  /** Writes what the steps of a commit say: letters, then the document. What has no document is not written. */
  private async write<T>(step: (draft: GroupDraft) => T): Promise<T> {
    const { store, topic, name, server } = this.options;
    if (this.isOver || !store) throw new Superseded();
    const draft = new GroupDraft(this.current);
    const result = step(draft);
    try {
      await mapLimit([...draft.buried.values()], LETTERS_AT_A_TIME, (letter) => store.keepLetter(name, letter));
      await mapLimit([...draft.removed], LETTERS_AT_A_TIME, (offset) => store.removeLetter(topic, name, offset));
      const document: GroupDocument = draft.document(server, this.writer, ++this.commit);
      this.revision = await store.write(topic, name, document, this.revision);
    } catch (error) {
      if (error instanceof Superseded) this.options.handleLost(this);
      throw error;
    }
    this.current = draft;
    return result;
  }
}
