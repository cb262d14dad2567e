import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { CommitQueue } from './commitQueue.ts';
import type { ConsumeOptions, Consumer, EventFlow, EventLimits, Position, TopicInfo } from './eventLog.ts';
import { Group } from './group.ts';
import { type GroupFacts, type GroupMarks, GroupRows } from './groupRows.ts';
import { GroupState } from './groupState.ts';
import { MAX_CONSUMERS, MAX_GROUPS } from './limits.ts';
import type { Engine } from './spaces.ts';
import type { TopicLog } from './topicLog.ts';

/** What a topic works with. */
export interface TopicOptions {
  clock: Clock;
  engine: Engine;
  commits: CommitQueue;
  handleChange(topic: string): void;
  handleFlow(flow: EventFlow): void;
  handleFailure(error: unknown): void;
  /** A consumer without a group is gone. */
  handleUnwatched(topic: Topic): void;
}

/** A topic with everybody who reads it. */
export class Topic {
  private readonly groups = new Map<string, Group>();
  /** Consumers without a group: each has one of its own, which is not remembered. */
  private readonly listeners = new Map<string, Group>();

  constructor(
    readonly log: TopicLog,
    private readonly options: TopicOptions,
  ) {}

  get isWatched(): boolean {
    return this.groups.size > 0 || this.listeners.size > 0;
  }

  info(): TopicInfo {
    const { first, next, bytes, oldestAt, newestAt } = this.log.facts;
    return {
      name: this.log.name,
      events: next - first,
      bytes,
      firstOffset: first,
      nextOffset: next,
      oldestAt,
      newestAt: next > first ? newestAt : 0,
      rate: this.log.rate.perSecond,
      listeners: this.listeners.size,
      groups: [...this.groups.values()].map((group) => group.info()).sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }

  pump(): void {
    for (const group of this.groups.values()) group.pump();
    for (const group of this.listeners.values()) group.pump();
  }

  /** A group that is known; `events.group-not-found` else. */
  group(name: string): Group {
    const group = this.groups.get(name);
    if (!group)
      throw new MicroError('events.group-not-found', `the topic ${this.log.name} has no group "${name}"`, {
        next: 'A group comes to be when somebody consumes with it.',
      });
    return group;
  }

  /** Who takes receipts under a name: a group, or a consumer without one. */
  settler(name: string): Group {
    return this.listeners.get(name) ?? this.group(name);
  }

  obtainGroup(name: string, from: Position): { group: Group; isNew: boolean } {
    this.checkRoom();
    const known = this.groups.get(name);
    if (known) return { group: known, isNew: false };
    if (this.groups.size >= MAX_GROUPS)
      throw new MicroError('events.limit', `${this.log.name} has ${MAX_GROUPS} groups, so "${name}" cannot be another`);
    return { group: this.addGroup(name, this.startingAt(from), noMarks()), isNew: true };
  }

  /** Puts a new group on disk, and the topic with it. */
  async remember(group: Group): Promise<void> {
    const { commits } = this.options;
    const touched = commits.add({
      write: (writer) => this.log.touch(writer),
      didCommit: () => this.log.didCommit(),
      takeBack: () => this.log.takeBack(),
    });
    await Promise.all([touched, group.save()]);
  }

  addGroup(name: string, facts: GroupFacts, marks: GroupMarks): Group {
    const rows = new GroupRows(this.log.name, name);
    const group = this.makeGroup(name, new GroupState(this.log, this.options.commits, rows, facts, marks));
    this.groups.set(name, group);
    return group;
  }

  listen(id: string, options: ConsumeOptions): Consumer {
    this.checkRoom();
    const facts = this.startingAt(options.from ?? 'end');
    // No group can have such a name, as it begins with a dash.
    const name = `-${id}`;
    const group = this.makeGroup(name, new GroupState(this.log, this.options.commits, undefined, facts, noMarks()));
    this.listeners.set(name, group);
    const member = group.join(id, options);
    return {
      id,
      group: name,
      next: () => member.next(),
      close: () => {
        member.close();
        group.close();
        this.listeners.delete(name);
        this.options.handleUnwatched(this);
        this.options.handleChange(this.log.name);
      },
    };
  }

  async removeGroup(name: string): Promise<void> {
    const group = this.group(name);
    if (group.size > 0) throw inUse(`${group.size} consumers read ${this.log.name} as "${name}"`);
    this.groups.delete(name);
    group.close();
    const rows = new GroupRows(this.log.name, name);
    await this.options.commits.add({ write: (writer) => rows.remove(writer) });
  }

  /** Removes events until the limits hold. */
  async trim(limits: EventLimits): Promise<void> {
    const { commits, clock } = this.options;
    for (let more = true; more; )
      more = await commits.add({
        write: (writer) => this.log.limit(writer, clock.now(), limits),
        didCommit: () => this.log.didCommit(),
        takeBack: () => this.log.takeBack(),
      });
  }

  checkUnused(): void {
    const count = this.consumers;
    if (count > 0) throw inUse(`${count} consumers read ${this.log.name}`);
  }

  close(): void {
    for (const group of [...this.groups.values(), ...this.listeners.values()]) group.close();
  }

  private get consumers(): number {
    return [...this.groups.values()].reduce((sum, group) => sum + group.size, this.listeners.size);
  }

  private checkRoom(): void {
    if (this.consumers >= MAX_CONSUMERS)
      throw new MicroError('events.limit', `${this.log.name} has ${MAX_CONSUMERS} consumers already`);
  }

  private startingAt(from: Position): GroupFacts {
    return { floor: this.log.resolve(from), missed: 0, dead: 0 };
  }

  private makeGroup(name: string, state: GroupState): Group {
    const { clock, engine, handleChange, handleFlow, handleFailure } = this.options;
    const topic = this.log.name;
    return new Group({
      name,
      topic: this.log,
      letter: (offset) => engine.read((reader) => new GroupRows(topic, name).deadLetter(reader, offset)),
      state,
      clock,
      handleChange: () => handleChange(topic),
      handleDelivery: (service) => handleFlow({ topic, service, direction: 'consumed', count: 1 }),
      handleFailure,
    });
  }
}

function noMarks(): GroupMarks {
  return { done: [], attempts: new Map(), again: new Map() };
}

/** The error of removing what somebody consumes. */
function inUse(message: string): MicroError {
  return new MicroError('events.in-use', message, { next: 'Stop them first: micro events topics shows who they are.' });
}
