import { Deferred } from '../base/async.ts';
import type { BrokerMessage, HeardMessage, Subscription } from './broker.ts';

/** Messages, and bytes of them, that wait for one subscriber; beyond either the oldest are dropped and counted. */
const MAX_WAITING = 1_000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** What waits for one subscriber of a broker. */
export class Listener implements Subscription {
  private readonly waiting: BrokerMessage[] = [];
  private bytes = 0;
  private dropped = 0;
  private waiter: Deferred<HeardMessage | undefined> | undefined;
  private closed = false;

  constructor(
    readonly queue: string,
    readonly service: string,
    private readonly leave: () => void,
  ) {}

  hear(message: BrokerMessage): void {
    this.waiting.push(message);
    this.bytes += message.body.length;
    while (this.waiting.length > MAX_WAITING || (this.bytes > MAX_WAITING_BYTES && this.waiting.length > 1)) {
      this.bytes -= (this.waiting.shift() as BrokerMessage).body.length;
      this.dropped += 1;
    }
    this.serve();
  }

  next(): Promise<HeardMessage | undefined> {
    if (this.closed) return Promise.resolve(undefined);
    if (this.waiter) throw new Error('the subscription is asked for a message already');
    const waiter = new Deferred<HeardMessage | undefined>();
    this.waiter = waiter;
    this.serve();
    return waiter.promise;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiting.length = 0;
    this.waiter?.resolve(undefined);
    this.waiter = undefined;
    this.leave();
  }

  private serve(): void {
    const { waiter } = this;
    if (!waiter) return;
    const message = this.waiting.shift();
    if (!message) return;
    this.bytes -= message.body.length;
    this.waiter = undefined;
    waiter.resolve({ ...message, dropped: this.dropped });
    this.dropped = 0;
  }
}
