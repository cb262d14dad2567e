import { Deferred } from '../base/async.ts';
import type { ConsumeOptions, Consumer, Delivery } from './eventLog.ts';

/** ms; long enough for a call to another service, short enough that a stuck event is seen to be so. */
const USUAL_ACK_WAIT_MS = 30_000;
/** An event that ten deliveries could not settle is not settled by an eleventh; it must not hold up its key for good. */
const USUAL_MAX_DELIVERIES = 10;
/** Enough that a consumer never waits for its acknowledgements to travel; few enough to share a burst among members. */
const USUAL_MAX_UNACKED = 64;

/** What a member needs of its group. */
export interface MemberGroup {
  readonly name: string;
  /** Hands out what can be handed out. */
  pump(): void;
  /** The event was processed; needs no answer. */
  acknowledge(id: string): void;
  leave(member: Member): void;
}

/** One consumer in a group: asks for one event at a time, so that what waits for a slow one can go to others. */
export class Member implements Consumer {
  readonly service: string;
  readonly ackWaitMs: number;
  readonly maxDeliveries: number;
  /** Offsets that it has. */
  readonly unacked = new Set<number>();
  private readonly autoAck: boolean;
  private readonly maxUnacked: number;
  private waiter: Deferred<Delivery | undefined> | undefined;
  private last: string | undefined;
  private closed = false;

  constructor(
    readonly id: string,
    readonly since: number,
    private readonly owner: MemberGroup,
    options: ConsumeOptions,
  ) {
    this.service = options.service ?? '';
    this.autoAck = options.autoAck ?? false;
    this.ackWaitMs = options.ackWaitMs ?? USUAL_ACK_WAIT_MS;
    this.maxDeliveries = options.maxDeliveries ?? USUAL_MAX_DELIVERIES;
    this.maxUnacked = options.maxUnacked ?? USUAL_MAX_UNACKED;
  }

  get group(): string {
    return this.owner.name;
  }

  /** Whether it waits for an event and may have one. */
  get isReady(): boolean {
    return this.waiter !== undefined && this.unacked.size < this.maxUnacked;
  }

  async next(): Promise<Delivery | undefined> {
    if (this.closed) return undefined;
    if (this.waiter) throw new Error('the consumer is asked for an event already');
    const waiter = new Deferred<Delivery | undefined>();
    this.waiter = waiter;
    const { last } = this;
    this.last = undefined;
    if (this.autoAck && last !== undefined) this.owner.acknowledge(last);
    this.owner.pump();
    return waiter.promise;
  }

  /** Gives it an event; only when it is ready. */
  hand(delivery: Delivery): void {
    const { waiter } = this;
    this.waiter = undefined;
    this.last = delivery.event.id;
    this.unacked.add(delivery.event.offset);
    waiter?.resolve(delivery);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiter?.resolve(undefined);
    this.waiter = undefined;
    this.owner.leave(this);
  }
}
