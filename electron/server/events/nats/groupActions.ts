import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Delivery, GroupInfo, Position, Receipt } from '../eventLog.ts';
import { checkEventName } from '../limits.ts';
import type { Led } from './groupConsumer.ts';
import { groupNotFound, type Groups } from './groups.ts';
import { type GroupStore, Superseded } from './groupStore.ts';
import type { LedGroup } from './ledGroup.ts';
import { LeaderGone, type PeerHandlers, type PeerRequests, type Peers } from './peers.ts';
import { resolvePosition } from './positions.ts';
import type { RemoteMembers } from './remoteMembers.ts';
import type { Streams } from './streams.ts';

/** Attempts to reach the leader of a group while it changes. */
const ATTEMPTS = 5;

/** What {@link GroupActions} works with. */
export interface GroupActionsOptions {
  groups: Groups;
  peers: Peers;
  streams: Streams;
  store: GroupStore;
  remote: RemoteMembers;
  logger: Logger;
}

/** What is done with a group, wherever it is led: here, or asked of the server that leads it. */
export class GroupActions {
  /** Set once there are groups: they need those who are asked, who need what is asked of them. */
  private options!: GroupActionsOptions;

  /** What other servers ask this one. */
  readonly handlers: PeerHandlers = {
    next: (ask) => this.options.remote.next(this.led(ask.options.topic, ask.group), ask),
    leave: async ({ consumer }) => this.options.remote.leave(consumer) ?? {},
    settle: async (receipt) => ({ unknown: await this.led(receipt.topic, receipt.group).group.settle(receipt) }),
    info: async ({ topic, group, ...facts }) => this.led(topic, group).info(facts),
    letters: async ({ topic, group, offsets, outcome }) => {
      const led = this.led(topic, group);
      if (outcome !== 'save') return { unknown: await led.settleLetters(offsets, outcome) };
      await led.group.save();
      return { unknown: [] };
    },
    replay: ({ topic, group, to }) => this.replayHere(this.led(topic, group), topic, to),
    remove: async ({ topic, group }) => (await this.removeHere(topic, group)) ?? {},
  };

  start(options: GroupActionsOptions): void {
    this.options = options;
  }

  settle(receipt: Receipt): Promise<string[]> {
    return this.withLeader(
      receipt,
      (led) => led.group.settle(receipt),
      async (leader) => (await this.options.peers.ask(leader, 'settle', receipt)).unknown,
    );
  }

  /** Writes down what is not yet, as letters of a moment ago. */
  async save(topic: string, group: string): Promise<void> {
    await this.withLeader<unknown>(
      { topic, group },
      (led) => led.group.save(),
      (leader) => this.options.peers.ask(leader, 'letters', { topic, group, offsets: [], outcome: 'save' }),
    );
  }

  settleLetters(topic: string, group: string, offsets: number[], outcome: 'resend' | 'drop'): Promise<number[]> {
    return this.withLeader(
      { topic, group },
      (led) => led.settleLetters(offsets, outcome),
      async (leader) => (await this.options.peers.ask(leader, 'letters', { topic, group, offsets, outcome })).unknown,
    );
  }

  replay(topic: string, group: string, to: Position): Promise<GroupInfo> {
    return this.withLeader(
      { topic, group },
      (led) => this.replayHere(led, topic, to),
      (leader) => this.options.peers.ask(leader, 'replay', { topic, group, to }),
    );
  }

  async remove(topic: string, group: string): Promise<void> {
    await this.withLeader<unknown>(
      { topic, group },
      () => this.removeHere(topic, group),
      (leader) => this.options.peers.ask(leader, 'remove', { topic, group }),
    );
  }

  /** The next event of a group that another server leads; undefined: there is none yet. */
  async nextThere(leader: string, ask: PeerRequests['next']['ask']): Promise<Delivery | undefined> {
    const { peers, store, streams, logger } = this.options;
    const { offset, attempt = 1, isLetter } = await peers.ask(leader, 'next', ask);
    if (offset === undefined) return undefined;
    const { topic, service = '' } = ask.options;
    const event = isLetter ? (await store.letter(topic, ask.group, offset))?.event : await streams.event(topic, offset);
    if (event) return { event, attempt };
    logger.warn(`${topic} ${offset} was removed before ${service || 'a consumer'} could read it`);
    return undefined;
  }

  private async withLeader<T>(
    { topic, group }: { topic: string; group: string },
    here: (led: LedGroup) => Promise<T>,
    there: (leader: string) => Promise<T>,
  ): Promise<T> {
    checkEventName('topic', topic);
    for (let attempt = 1; ; attempt++) {
      const found = await this.find(topic, group);
      try {
        return await ('here' in found ? here(found.here) : there(found.there));
      } catch (error) {
        if (!(error instanceof LeaderGone || error instanceof Superseded) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async find(topic: string, group: string): Promise<Led> {
    const { groups, streams } = this.options;
    if (!groups.here(topic, group)) {
      await streams.facts(topic);
      checkEventName('group', group);
    }
    return groups.find(topic, group);
  }

  /** The group when it is led here; else whoever asks has to look for it elsewhere. */
  private led(topic: string, group: string): LedGroup {
    const led = this.options.groups.here(topic, group);
    if (!led) throw new LeaderGone();
    return led;
  }

  private async replayHere(led: LedGroup, topic: string, to: Position): Promise<GroupInfo> {
    const { streams } = this.options;
    const facts = await streams.facts(topic);
    await led.moveTo(await resolvePosition(streams, facts, to), facts.first);
    return led.info(facts);
  }

  private async removeHere(topic: string, group: string): Promise<void> {
    const { groups, store } = this.options;
    const led = groups.here(topic, group);
    if (!led) throw groupNotFound(topic, group);
    if (led.group.size > 0) throw inUse(`${led.group.size} consumers read ${topic} as "${group}"`);
    await groups.drop(topic, group);
    await store.remove(topic, group);
  }
}

/** The error of removing what somebody consumes. */
export function inUse(message: string): MicroError {
  return new MicroError('events.in-use', message, { next: 'Stop them first: micro events topics shows who they are.' });
}
