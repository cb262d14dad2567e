import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { Call } from './call.ts';
import type { CallTeller } from './callTeller.ts';
import type { Caller } from './trafficOptions.ts';

/** Tells a call and the end of its request, once each: when the answer has left, or when it turned out to be a stream. */
export class CallWatch {
  private readonly startedAt: number;
  private told = false;

  constructor(
    private readonly teller: CallTeller,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    readonly call: Call,
    private readonly caller: Caller,
  ) {
    this.startedAt = clock.monotonic();
  }

  /** The answer is a stream that has begun; it may never end. */
  handleStream(): void {
    this.call.kind = 'stream';
    this.tell(this.durationMs());
  }

  /** The answer has left, or nobody waits for it any more; `isCall`: not when there is no such service. */
  handleClose(isCall: boolean): void {
    const { call, caller, teller } = this;
    const durationMs = this.durationMs();
    if (isCall) this.tell(durationMs);
    teller.tellAnswer(this.request, call, caller, {
      status: this.status(),
      durationMs,
      requestBytes: call.requestBytes,
      responseBytes: call.responseBytes,
    });
  }

  private tell(durationMs: number): void {
    if (this.told) return;
    this.told = true;
    this.call.status = this.status();
    this.call.durationMs = durationMs;
    this.teller.tell(this.call, this.caller);
  }

  private status(): number {
    return this.response.headersSent ? this.response.statusCode : 0;
  }

  private durationMs(): number {
    return this.clock.monotonic() - this.startedAt;
  }
}
