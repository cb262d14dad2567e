import { MicroError } from '../../../shared/contract/errors.ts';
import type { Logger } from '../base/logger.ts';

/** How an engine is, as far as the server has seen. */
export interface EngineState {
  /** What the server keeps there. */
  kind: 'store' | 'events' | 'registry';
  /** `postgres`, `nats`, `etcd`; `file` or `memory` where there is none. */
  engine: string;
  /** Without password; empty where there is none. */
  address: string;
  /** What the engine says it is, e.g. `15.18`; empty until it was reached. */
  version: string;
  /** ms since 1970 from which on it could not be reached; undefined: it is there. */
  awaySince: number | undefined;
  /** ms since 1970 from which on it is there; 0: not reached yet, away, or needs no engine. */
  since: number;
  /** Why it cannot be reached; empty when it is there. */
  reason: string;
}

/** The state of what needs no engine: it is always there. */
export function localEngine(kind: EngineState['kind'], engine: 'file' | 'memory'): EngineState {
  return { kind, engine, address: '', version: '', awaySince: undefined, since: 0, reason: '' };
}

/** Says in the log when an engine goes away, and when it is back. */
export function sayEngine(logger: Logger): (state: EngineState) => void {
  return ({ kind, address, awaySince, reason }) => {
    if (awaySince === undefined) logger.info(`the ${kind} at ${address} is back`);
    else logger.warn(`the ${kind} at ${address} is away: ${reason}`);
  };
}

/** What an engine's connection knows of itself, and the errors that follow from it. */
export class EngineWatch {
  private awaySinceMs: number | undefined;
  private sinceMs = 0;
  private reason = '';
  version = '';

  constructor(
    private readonly kind: EngineState['kind'],
    private readonly engine: string,
    private readonly address: string,
    private readonly handleChange: (state: EngineState) => void = () => {},
  ) {}

  get state(): EngineState {
    const { kind, engine, address, version, awaySinceMs, sinceMs, reason } = this;
    return { kind, engine, address, version, awaySince: awaySinceMs, since: sinceMs, reason };
  }

  get awaySince(): number | undefined {
    return this.awaySinceMs;
  }

  /** It answered. */
  isBack(): void {
    if (this.sinceMs === 0) this.sinceMs = Date.now();
    if (this.awaySinceMs === undefined) return;
    this.awaySinceMs = undefined;
    this.reason = '';
    this.handleChange(this.state);
  }

  /** It could not be reached; the first time counts. */
  isAway(error: unknown): void {
    this.reason = error instanceof Error ? error.message || error.name : String(error);
    if (this.awaySinceMs !== undefined) return;
    this.awaySinceMs = Date.now();
    this.sinceMs = 0;
    this.handleChange(this.state);
  }

  /** The error of whoever needs it now. `more` says what became of what was asked. */
  unavailable(more = '', cause?: unknown): MicroError {
    const since = this.awaySinceMs === undefined ? '' : ` since ${new Date(this.awaySinceMs).toISOString()}`;
    const why = this.reason === '' ? '' : `: ${this.reason}`;
    return new MicroError('engine.unavailable', `the ${this.kind} at ${this.address} is away${since}${why}${more}`, {
      next: 'It is tried again by itself; see that it runs and can be reached from this machine.',
      retryable: true,
      details: { engine: this.engine, address: this.address },
      cause,
    });
  }
}
