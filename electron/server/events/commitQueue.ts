import { Deferred } from '../base/async.ts';
import type { EngineWriter } from './spaces.ts';

/** Steps of one commit; more would hold up those who wait for the first of them. */
const MAX_STEPS = 512;

/** A change that is to be written, and what follows from its success or failure. */
export interface Step<T, Writer = EngineWriter> {
  write(writer: Writer): T;
  /** The commit is done; called before anything else is written. */
  didCommit?(): void;
  /** The commit that held the step failed: what `write` did in memory has to be taken back. */
  takeBack?(): void;
}

/**
 * Writes what many ask for at once in one commit: while one is under way, the next gathers. A commit costs about the same
 * for one event as for a hundred, so publishers side by side do not wait in line.
 */
export class CommitQueue<Writer = EngineWriter> {
  private waiting: { step: Step<unknown, Writer>; done: Deferred<unknown> }[] = [];
  private running: Promise<void> | undefined;

  /** `engine` does a step's writes in one commit, all or none. */
  constructor(private readonly engine: { write<T>(step: (writer: Writer) => T): Promise<T> }) {}

  /** Resolves with what the step returned once its commit would survive the end of the process. */
  add<T>(step: Step<T, Writer>): Promise<T> {
    const done = new Deferred<unknown>();
    this.waiting.push({ step: step as Step<unknown, Writer>, done });
    this.running ??= this.run();
    return done.promise as Promise<T>;
  }

  /** Resolves when everything that was added has been written, or failed. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    // What is asked for in the same turn shares the first commit already.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_STEPS);
      try {
        const results = await this.engine.write((writer) => batch.map(({ step }) => step.write(writer)));
        for (const { step } of batch) step.didCommit?.();
        batch.forEach(({ done }, index) => done.resolve(results[index]));
      } catch (error) {
        for (const { step } of [...batch].reverse()) step.takeBack?.();
        for (const { done } of batch) done.reject(error);
      }
    }
    // In this turn: whoever adds a step as soon as theirs was written must find a queue that runs, or one that can be started.
    this.running = undefined;
  }
}
