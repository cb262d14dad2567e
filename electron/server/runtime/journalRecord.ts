import { errorText } from '../base/logger.ts';
import type { InstanceHost } from './instanceHost.ts';

/**
 * The journal's entry of one instance. It is written before the process exists, while everything else is prepared; no
 * process may be started before `written`.
 */
export class JournalRecord {
  readonly written: Promise<void>;

  constructor(
    private readonly host: Pick<InstanceHost, 'journal' | 'clock' | 'logger'>,
    private readonly id: string,
    private readonly service: string,
  ) {
    this.written = this.write(0, '');
    this.written.catch(() => {});
  }

  /** The process exists. That it cannot be written is no reason to end it: its marker still names it. */
  async started(pid: number, startTime: string): Promise<void> {
    await this.write(pid, startTime).catch((error: unknown) => this.warn('written', error));
  }

  /** Nothing of the instance is alive, or it was never started. Nobody waits for the removal. */
  async forget(): Promise<void> {
    await this.written.catch(() => {});
    this.host.journal.forget(this.id, (error) => this.warn('removed', error));
  }

  private write(pid: number, startTime: string): Promise<void> {
    const { id, service, host } = this;
    return host.journal.write({ id, service, pid, startTime, at: host.clock.now() });
  }

  private warn(what: string, error: unknown): void {
    const { logger } = this.host;
    logger.warn(`the journal entry of an instance could not be ${what}`, {
      instance: this.id,
      error: errorText(error),
    });
  }
}
