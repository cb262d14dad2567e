import { MicroError } from '../../../../shared/contract/errors.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { ConsumeOptions, Consumer, Delivery } from '../eventLog.ts';
import type { Member } from '../member.ts';
import type { LedGroup } from './ledGroup.ts';
import { LeaderGone } from './peers.ts';

/** ms before a group is looked for again, while NATS is away or its leader changes. */
const AGAIN_MS = 200;

/** Where a group is led: here, or by another server. */
export type Led = { here: LedGroup } | { there: string };

/** What a consumer needs of the event log. */
export interface ConsumerHost {
  /** Finds who leads the group of a topic; leads it here where nobody does. */
  find(topic: string, group: string): Promise<Led>;
  /** Asks the leader for the next event; undefined: there is none yet. */
  nextThere(leader: string, consumer: string, turn: number, options: ConsumeOptions): Promise<Delivery | undefined>;
  leaveThere(leader: string, topic: string, group: string, consumer: string): void;
}

/** A consumer of a group, wherever that is led; when its leader goes away, it goes on with the next. */
export class GroupConsumer implements Consumer {
  readonly group: string;
  private place: { led: LedGroup; member: Member } | { leader: string } | undefined;
  private turn = 0;
  private isClosed = false;
  private readonly closing = new AbortController();

  constructor(
    readonly id: string,
    private readonly options: ConsumeOptions & { group: string },
    private readonly host: ConsumerHost,
    private readonly handleClose: () => void,
  ) {
    this.group = options.group;
  }

  /** Joins the group. */
  async join(): Promise<void> {
    const found = await this.host.find(this.options.topic, this.group);
    if (this.isClosed) return;
    this.place =
      'here' in found
        ? { led: found.here, member: found.here.group.join(this.id, this.options) }
        : { leader: found.there };
  }

  async next(): Promise<Delivery | undefined> {
    while (!this.isClosed) {
      try {
        if (!this.place) await this.join();
        const delivery = await this.nextOf();
        if (delivery) return delivery;
      } catch (error) {
        const isAway = error instanceof MicroError && error.code === 'engine.unavailable';
        if (!isAway && !(error instanceof LeaderGone)) throw error;
        this.place = undefined;
        await sleep(systemClock, AGAIN_MS, this.closing.signal).catch(() => {});
      }
    }
    return undefined;
  }

  close(): void {
    if (this.isClosed) return;
    this.end();
    if (this.place && 'member' in this.place) this.place.member.close();
  }

  /** Ends without a word to a group that is led here: it ends, too, and counts no delivery against its events. */
  end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closing.abort();
    const { place } = this;
    if (place && 'leader' in place) this.host.leaveThere(place.leader, this.options.topic, this.group, this.id);
    this.handleClose();
  }

  private async nextOf(): Promise<Delivery | undefined> {
    const { place } = this;
    if (!place || this.isClosed) return undefined;
    if (!('member' in place))
      return this.untilClosed(this.host.nextThere(place.leader, this.id, this.turn++, this.options));
    const delivery = await place.member.next();
    // The group is led by another server now, or not at all.
    if (!delivery && !this.isClosed) this.place = undefined;
    return delivery;
  }

  private untilClosed<T>(answer: Promise<T>): Promise<T | undefined> {
    const { signal } = this.closing;
    return new Promise((resolve, reject) => {
      const end = (): void => resolve(undefined);
      signal.addEventListener('abort', end, { once: true });
      answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
    });
  }
}
