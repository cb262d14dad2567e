import type { Clock } from '../base/clock.ts';
import { checkDelay } from './limits.ts';
import type { ConsumeOptions, DeadLetter, GroupInfo, Receipt, StoredEvent } from './eventLog.ts';
import type { GroupState } from './groupState.ts';
import { type InFlight, InFlightTable } from './inFlight.ts';
import { Member, type MemberGroup } from './member.ts';
import { pauseAfter } from './retries.ts';
import { WakeUp } from './wakeUp.ts';

/** What a group remembers, wherever it is written down. */
export type GroupMemory = Pick<GroupState<unknown>, keyof GroupState<unknown>>;

/** What a group works with. */
export interface GroupOptions {
  name: string;
  /** The events that may be handed out. */
  topic: { event(offset: number): StoredEvent | undefined };
  state: GroupMemory;
  /** The dead letter of an event, as it is on disk. */
  letter(offset: number): DeadLetter | undefined;
  clock: Clock;
  /** The group is not as it was; who looks at it should look anew. */
  handleChange(): void;
  /** An event went to a service, or to something else (empty). */
  handleDelivery(service: string): void;
  /** Something that nobody waits for could not be written; it is tried again with the next. */
  handleFailure(error: unknown): void;
}

/** Hands the events of a topic to the members of a group, each to one, and sees that each is settled. */
export class Group implements MemberGroup {
  readonly name: string;
  private readonly members = new Map<string, Member>();
  private readonly inFlight = new InFlightTable();
  /** Events that pause, with the monotonic ms of their end. */
  private readonly pausing = new Map<number, number>();
  private readonly wakeUp: WakeUp;
  private isClosing = false;

  constructor(private readonly options: GroupOptions) {
    this.name = options.name;
    this.wakeUp = new WakeUp(options.clock, () => this.handleTime());
  }

  get size(): number {
    return this.members.size;
  }

  info(): GroupInfo {
    const { state } = this.options;
    return {
      name: this.name,
      position: state.order.floor,
      lag: state.lag,
      unacked: this.inFlight.size,
      deadLetters: state.deadLetters,
      missed: state.missed,
      members: [...this.members.values()]
        .map(({ id, service, since, unacked }) => ({ consumer: id, service, since, unacked: unacked.size }))
        .sort((a, b) => a.since - b.since),
    };
  }

  join(id: string, options: ConsumeOptions): Member {
    const member = new Member(id, this.options.clock.now(), this, options);
    this.members.set(id, member);
    this.options.handleChange();
    return member;
  }

  /** Remembers how the group stands now. */
  save(): Promise<void> {
    return this.options.state.save();
  }

  pump(): void {
    if (this.isClosing) return;
    for (let member = this.readyMember(); member; member = this.readyMember()) {
      const offset = this.options.state.order.take();
      if (offset === undefined) return;
      this.deliver(offset, member);
    }
  }

  acknowledge(id: string): void {
    const entry = this.inFlight.find(id);
    if (!entry) return;
    this.finish(entry);
    this.saveLater();
  }

  /** Resolves with the ids that nobody has. */
  async settle({ ids, outcome, consumer, delayMs, reason = '' }: Receipt): Promise<string[]> {
    if (delayMs !== undefined) checkDelay(delayMs);
    const unknown: string[] = [];
    for (const id of ids) {
      const entry = this.inFlight.find(id);
      // Whoever processed it may say so, also when its time was up; to give it back is only for the one who has it.
      const isTheirs = outcome === 'ack' || consumer === undefined || entry?.consumer === consumer;
      if (!entry || !isTheirs) unknown.push(id);
      else if (outcome === 'ack') this.finish(entry);
      else if (outcome === 'extend') entry.deadline = this.deadlineFor(this.members.get(entry.consumer));
      else this.giveBack(entry, delayMs, reason || 'given back by the consumer');
    }
    if (unknown.length < ids.length && outcome !== 'extend') {
      this.pump();
      await this.save();
    }
    return unknown;
  }

  leave(member: Member): void {
    this.members.delete(member.id);
    const entries = this.inFlight.of(member.id);
    entries.forEach((entry, index) => {
      // A consumer that broke off was at the oldest; the others it may not even have looked at, so they do not count.
      if (index > 0 || this.isClosing) this.countLess(entry);
      this.giveBack(entry, 0, 'the consumer went away', member);
    });
    if (entries.length > 0) this.saveLater();
    this.pump();
    this.options.handleChange();
  }

  /** Goes on from another offset. What is under way is not the group's any more. */
  async moveTo(offset: number): Promise<void> {
    this.inFlight.clear();
    this.pausing.clear();
    for (const member of this.members.values()) member.unacked.clear();
    this.options.state.moveTo(offset);
    this.options.handleChange();
    this.pump();
    await this.save();
  }

  /** Sends dead letters again, or forgets them. Resolves with the offsets that are none, once that is on disk. */
  async settleLetters(offsets: readonly number[], outcome: 'resend' | 'drop'): Promise<number[]> {
    const { state, letter } = this.options;
    // What it gave up on a moment ago may not be on disk yet.
    await this.save();
    const unknown: number[] = [];
    for (const offset of new Set(offsets)) {
      const found = state.isSentAgain(offset) ? undefined : letter(offset);
      if (!found) unknown.push(offset);
      else if (outcome === 'drop') state.forgetLetter(offset);
      else state.sendAgain(offset, found.event.key);
    }
    this.options.handleChange();
    this.pump();
    await this.save();
    return unknown;
  }

  close(): void {
    this.isClosing = true;
    for (const member of [...this.members.values()]) member.close();
    this.wakeUp.dispose();
  }

  /** The one with the fewest events, of several the one that was served longest ago. */
  private readyMember(): Member | undefined {
    let best: Member | undefined;
    for (const member of this.members.values())
      if (member.isReady && (!best || member.unacked.size < best.unacked.size)) best = member;
    return best;
  }

  private deliver(offset: number, member: Member): void {
    const { state } = this.options;
    const event = this.event(offset);
    if (!event) {
      state.finish(offset);
      return;
    }
    const attempt = state.attemptsOf(offset) + 1;
    state.setAttempts(offset, attempt);
    const deadline = this.deadlineFor(member);
    this.inFlight.add({ offset, id: event.id, key: event.key, consumer: member.id, deadline });
    this.wakeUp.at(deadline);
    this.members.delete(member.id);
    this.members.set(member.id, member);
    member.hand({ event, attempt });
    this.options.handleDelivery(member.service);
  }

  /** The event of an offset; of a dead letter the one it was, which may not be in the topic any more. */
  private event(offset: number): StoredEvent | undefined {
    const { topic, state, letter } = this.options;
    return state.isSentAgain(offset) ? letter(offset)?.event : topic.event(offset);
  }

  private deadlineFor(member: Member | undefined): number {
    return this.options.clock.monotonic() + (member?.ackWaitMs ?? 0);
  }

  private finish(entry: InFlight): void {
    this.letGo(entry);
    this.options.state.finish(entry.offset);
    this.options.handleChange();
  }

  /** The event is to be delivered again, or becomes a dead letter. */
  private giveBack(
    entry: InFlight,
    delayMs: number | undefined,
    reason: string,
    member: Member | undefined = this.members.get(entry.consumer),
  ): void {
    const { state, clock } = this.options;
    this.letGo(entry);
    const deliveries = state.attemptsOf(entry.offset);
    const most = member?.maxDeliveries ?? -1;
    const event = most !== -1 && deliveries >= most ? this.event(entry.offset) : undefined;
    if (event) {
      state.bury({ event, deliveries, time: Math.floor(clock.now()), reason });
    } else {
      const pauseMs = delayMs ?? pauseAfter(deliveries);
      state.giveBack(entry.offset);
      if (pauseMs > 0) this.pause(entry.offset, pauseMs);
      else state.order.giveBack(entry.offset);
    }
    this.options.handleChange();
  }

  private countLess({ offset }: InFlight): void {
    const { state } = this.options;
    state.setAttempts(offset, state.attemptsOf(offset) - 1);
  }

  private letGo(entry: InFlight): void {
    this.inFlight.remove(entry);
    this.members.get(entry.consumer)?.unacked.delete(entry.offset);
  }

  private pause(offset: number, pauseMs: number): void {
    const until = this.options.clock.monotonic() + pauseMs;
    this.pausing.set(offset, until);
    this.wakeUp.at(until);
  }

  private handleTime(): void {
    const now = this.options.clock.monotonic();
    const overdue = this.inFlight.overdue(now);
    for (const entry of overdue) this.giveBack(entry, 0, 'it was not acknowledged in time');
    for (const [offset, until] of this.pausing) {
      if (until > now) continue;
      this.pausing.delete(offset);
      this.options.state.order.giveBack(offset);
    }
    if (overdue.length > 0) this.saveLater();
    this.pump();
    const next = Math.min(this.inFlight.nextDeadline, ...this.pausing.values());
    if (next < Number.POSITIVE_INFINITY) this.wakeUp.at(next);
  }

  private saveLater(): void {
    this.save().catch((error: unknown) => this.options.handleFailure(error));
  }
}
