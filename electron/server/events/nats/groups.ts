import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { EventFlow, GroupInfo, Position } from '../eventLog.ts';
import { doneOf, type GroupDocument, newGroup } from './groupDocument.ts';
import type { Led } from './groupConsumer.ts';
import { type GroupStore, Superseded } from './groupStore.ts';
import { LedGroup } from './ledGroup.ts';
import { LeaderGone, type Peers } from './peers.ts';
import type { Streams, TopicFacts } from './streams.ts';

/** What {@link Groups} works with. */
export interface GroupsOptions {
  streams: Streams;
  store: GroupStore;
  peers: Peers;
  clock: Clock;
  server: string;
  /** The offset that a position of a topic means now. */
  resolve(topic: string, position: Position): Promise<number>;
  handleChange(topic: string): void;
  handleFlow(flow: EventFlow): void;
  handleFailure(error: unknown): void;
}

/** Who leads which group: this server, or another. */
export class Groups {
  private readonly led = new Map<string, LedGroup>();
  private readonly finding = new Map<string, Promise<Led>>();

  constructor(private readonly options: GroupsOptions) {}

  /**
   * Who leads a group. One that nobody leads is led here from then on; one that is not there is made at `from`, or is
   * `events.group-not-found`.
   */
  find(topic: string, group: string, from?: Position): Promise<Led> {
    const key = keyOf(topic, group);
    const here = this.led.get(key);
    if (here) return Promise.resolve({ here });
    const known = this.finding.get(key);
    if (known) return known;
    const found = this.findOrLead(topic, group, from).finally(() => this.finding.delete(key));
    this.finding.set(key, found);
    return found;
  }

  /** The group when this server leads it. */
  here(topic: string, group: string): LedGroup | undefined {
    return this.led.get(keyOf(topic, group));
  }

  /** How a group stands; asked of who leads it, else read. */
  async info(topic: string, group: string, facts: TopicFacts): Promise<GroupInfo | undefined> {
    const here = this.here(topic, group);
    if (here) return here.info(facts);
    const written = await this.options.store.read(topic, group);
    if (!written) return undefined;
    const { leader } = written.document;
    if (leader !== '' && leader !== this.options.server) {
      const { first, next } = facts;
      const told = await this.options.peers
        .ask(leader, 'info', { topic, group, first, next })
        .catch((error: unknown) => {
          if (error instanceof LeaderGone) return undefined;
          throw error;
        });
      if (told) return told;
    }
    return standing(group, written.document, facts);
  }

  /** Forgets a group that is led here and writes nothing of it any more. */
  async drop(topic: string, group: string): Promise<void> {
    const here = this.led.get(keyOf(topic, group));
    this.led.delete(keyOf(topic, group));
    await here?.abandon();
  }

  async close(): Promise<void> {
    await Promise.all([...this.finding.values()].map((found) => found.catch(() => {})));
    const all = [...this.led.values()];
    this.led.clear();
    // What cannot be written now is what the next leader begins with all the same: it is delivered once more.
    await Promise.all(all.map((group) => group.close().catch(() => {})));
  }

  private async findOrLead(topic: string, group: string, from: Position | undefined): Promise<Led> {
    const { store, server, streams } = this.options;
    for (;;) {
      const written = await store.read(topic, group);
      if (!written && from === undefined) throw groupNotFound(topic, group);
      const { document, revision } = written ?? {
        document: newGroup(await this.options.resolve(topic, from as Position)),
        revision: 0,
      };
      const { leader } = document;
      if (leader !== '' && leader !== server && (await this.answers(leader, topic, group))) return { there: leader };
      try {
        const taken = { ...document, leader: server, writer: server, commit: document.commit + 1 };
        const next = await store.write(topic, group, taken, revision);
        const facts = await streams.facts(topic);
        return { here: await this.lead(topic, group, facts, { document: taken, revision: next }) };
      } catch (error) {
        // Another server was quicker.
        if (!(error instanceof Superseded)) throw error;
      }
    }
  }

  /** Whether the leader of a group is there and leads it. */
  private async answers(leader: string, topic: string, group: string): Promise<boolean> {
    try {
      await this.options.peers.ask(leader, 'info', { topic, group, first: 0, next: 0 });
      return true;
    } catch (error) {
      if (error instanceof LeaderGone) return false;
      throw error;
    }
  }

  private async lead(
    topic: string,
    name: string,
    facts: TopicFacts,
    written: { document: GroupDocument; revision: number },
  ): Promise<LedGroup> {
    const { streams, store, clock, server, handleChange, handleFlow, handleFailure } = this.options;
    const group = await LedGroup.open(
      {
        ...{ topic, name, facts, streams, store, clock, server, handleFlow, handleFailure },
        handleChange: () => handleChange(topic),
        handleLost: (lost) => {
          if (this.here(topic, name) === lost) void this.drop(topic, name);
        },
      },
      written,
    );
    this.led.set(keyOf(topic, name), group);
    return group;
  }
}

/** The error for a group that is not there. */
export function groupNotFound(topic: string, group: string): MicroError {
  return new MicroError('events.group-not-found', `the topic ${topic} has no group "${group}"`, {
    next: 'A group comes to be when somebody consumes with it.',
  });
}

/** How a group stands that nobody leads. */
function standing(name: string, document: GroupDocument, { first, next }: TopicFacts): GroupInfo {
  const { floor, missed, dead, again } = document;
  const done = doneOf(document);
  const from = Math.max(floor, first);
  const doneBehind = done.filter((offset) => offset >= from).length;
  return {
    name,
    position: from,
    lag: Math.max(0, next - from - doneBehind) + again.length,
    unacked: 0,
    deadLetters: Math.max(0, dead - again.length),
    missed: missed + Math.max(0, from - floor - (done.length - doneBehind)),
    members: [],
  };
}

function keyOf(topic: string, group: string): string {
  return `${topic}\0${group}`;
}
