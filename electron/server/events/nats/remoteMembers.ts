import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Delivery } from '../eventLog.ts';
import type { Member } from '../member.ts';
import type { LedGroup } from './ledGroup.ts';
import { LeaderGone, type PeerRequests } from './peers.ts';

/** ms after which a question is answered also when there is no event, so that who asks knows that we are there. */
const ANSWER_MS = 5_000;
/** ms without a question after which a consumer of another server is taken for gone. */
const GONE_MS = 15_000;

interface RemoteMember {
  led: LedGroup;
  member: Member;
  turn: number;
  answer: Promise<Answer> | undefined;
  /** What was asked for before and has not come. */
  waiting: Promise<Delivery | undefined> | undefined;
  lastSeen: number;
}

type Answer = PeerRequests['next']['answer'];

/** The consumers of other servers in groups that this server leads. */
export class RemoteMembers {
  private readonly members = new Map<string, RemoteMember>();
  private readonly timer: Disposable;

  constructor(private readonly clock: Clock) {
    this.timer = clock.setInterval(() => this.dropGone(), GONE_MS / 3);
  }

  /** Answers with the next event of a consumer, which joins the group with its first question. */
  next(led: LedGroup, { consumer, turn, options }: PeerRequests['next']['ask']): Promise<Answer> {
    let remote = this.members.get(consumer);
    if (remote?.led !== led) {
      remote?.member.close();
      const member = led.group.join(consumer, options);
      remote = { led, member, turn: -1, answer: undefined, waiting: undefined, lastSeen: 0 };
      this.members.set(consumer, remote);
    }
    remote.lastSeen = this.clock.monotonic();
    // The same question once more: its answer was lost.
    if (remote.turn !== turn || !remote.answer) {
      remote.turn = turn;
      remote.answer = this.answer(remote);
    }
    return remote.answer;
  }

  leave(consumer: string): void {
    this.members.get(consumer)?.member.close();
    this.members.delete(consumer);
  }

  close(): void {
    this.timer.dispose();
    this.members.clear();
  }

  private async answer(remote: RemoteMember): Promise<Answer> {
    remote.waiting ??= remote.member.next();
    let timer: Disposable | undefined;
    const timeUp = new Promise<'none'>((resolve) => {
      timer = this.clock.setTimeout(() => resolve('none'), ANSWER_MS);
    });
    const delivery = await Promise.race([remote.waiting, timeUp]);
    timer?.dispose();
    if (delivery === 'none') return {};
    remote.waiting = undefined;
    if (!delivery) throw new LeaderGone();
    const { event, attempt } = delivery;
    return { offset: event.offset, attempt, isLetter: remote.led.isLetter(event.offset) };
  }

  private dropGone(): void {
    const before = this.clock.monotonic() - GONE_MS;
    for (const [consumer, { lastSeen }] of this.members) if (lastSeen < before) this.leave(consumer);
  }
}
