import type { Etcd3, Lease } from 'etcd3';
import type { Clock } from '../base/clock.ts';
import { LeaseCertainty } from './leaseCertainty.ts';

/**
 * s after which what a server that died wrote is gone. Less, and a moment of load would take out that of a live one; more,
 * and what it ran is away for longer.
 */
export const LEASE_SECONDS = 10;

/** One time of being joined with an etcd: writes under one lease. Keys are those below the prefix of the environment. */
export class EtcdSession {
  private readonly lease: Lease;
  /** Until when the lease is sure to be held. */
  readonly certainty: LeaseCertainty;

  constructor(
    private readonly client: Etcd3,
    private readonly prefix: string,
    clock: Clock,
    handleLost: (error: unknown) => void,
  ) {
    this.certainty = new LeaseCertainty(LEASE_SECONDS * 1000, clock.monotonic());
    this.lease = client.lease(LEASE_SECONDS);
    this.lease.on('lost', handleLost);
    this.lease.on('keepaliveFired', () => this.certainty.ask(clock.monotonic()));
    this.lease.on('keepaliveSucceeded', () => this.certainty.confirm());
    this.lease.on('keepaliveFailed', () => this.certainty.forgetAsked());
  }

  /** Resolves when there is a lease. */
  async grant(): Promise<void> {
    await this.lease.grant();
  }

  /** Writes a key that goes with the lease. */
  async put(key: string, text: string): Promise<void> {
    await this.lease
      .put(this.prefix + key)
      .value(text)
      .exec();
  }

  async delete(key: string): Promise<void> {
    await this.client
      .delete()
      .key(this.prefix + key)
      .exec();
  }

  /** Writes keys that go with the lease, and takes out those without a text, all in one step. */
  async change(changes: readonly { key: string; text: string | undefined }[]): Promise<void> {
    const [only] = changes;
    if (changes.length === 1 && only) {
      await (only.text === undefined ? this.delete(only.key) : this.put(only.key, only.text));
      return;
    }
    const lease = await this.lease.grant();
    const steps = changes.map(({ key, text }) => {
      const path = this.prefix + key;
      return text === undefined ? this.client.delete().key(path) : this.client.put(path).value(text).lease(lease);
    });
    // A step has a condition; this one always holds.
    await this.client
      .if(this.prefix, 'Version', '>', -1)
      .then(...steps)
      .commit();
  }

  /** Writes a key under the lease if nobody has it, or if it is still `mine`. Resolves with whether it was written. */
  async claim(key: string, text: string, mine?: string): Promise<boolean> {
    const path = this.prefix + key;
    const put = this.client
      .put(path)
      .value(text)
      .lease(await this.lease.grant());
    const condition =
      mine === undefined ? this.client.if(path, 'Create', '==', 0) : this.client.if(path, 'Value', '==', mine);
    return (await condition.then(put).commit()).succeeded;
  }

  /** Writes a key that stays, as long as another one has a value. Resolves with whether it had. */
  async putWhile(guard: string, value: string, key: string, text: string): Promise<boolean> {
    const put = this.client.put(this.prefix + key).value(text);
    return (
      await this.client
        .if(this.prefix + guard, 'Value', '==', value)
        .then(put)
        .commit()
    ).succeeded;
  }

  /** Takes keys out in one step, as long as the first one has a value. Resolves with whether it had. */
  async release(keys: readonly [string, ...string[]], value: string): Promise<boolean> {
    const deletes = keys.map((key) => this.client.delete().key(this.prefix + key));
    return (
      await this.client
        .if(this.prefix + keys[0], 'Value', '==', value)
        .then(...deletes)
        .commit()
    ).succeeded;
  }

  /** Lets go of the lease; `atOnce`, what was written under it goes now. */
  async end(atOnce: boolean): Promise<void> {
    if (atOnce) await this.lease.revoke().catch(() => {});
    else this.lease.release();
  }
}
