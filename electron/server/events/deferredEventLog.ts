import { MicroError } from '../../../shared/contract/errors.ts';
import { Emitter } from '../base/event.ts';
import type {
  ConsumeOptions,
  Consumer,
  DeadLetter,
  EventFlow,
  EventLog,
  GroupInfo,
  HistoryPage,
  HistoryQuery,
  NewEvent,
  Position,
  Published,
  Receipt,
  TopicInfo,
} from './eventLog.ts';

/**
 * Events that are opened when they are first used: most projects have none, and a start should not pay for them. An
 * opening that fails rejects the call, and the next call tries again.
 */
export class DeferredEventLog implements EventLog {
  private readonly changes = new Emitter<string>();
  readonly onDidChange = this.changes.event;
  private readonly flows = new Emitter<EventFlow>();
  readonly onDidFlow = this.flows.event;
  private opened: Promise<EventLog> | undefined;
  private isOpen = false;
  private closed = false;

  constructor(private readonly open: () => Promise<EventLog>) {}

  async publish(events: readonly NewEvent[]): Promise<Published[]> {
    return (await this.log()).publish(events);
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    return (await this.log()).consume(options);
  }

  async settle(receipt: Receipt): Promise<string[]> {
    return (await this.log()).settle(receipt);
  }

  async topics(topic?: string): Promise<TopicInfo[]> {
    return (await this.log()).topics(topic);
  }

  async history(query: HistoryQuery): Promise<HistoryPage> {
    return (await this.log()).history(query);
  }

  async deadLetters(topic: string, group: string, after: number | undefined, limit: number): Promise<DeadLetter[]> {
    return (await this.log()).deadLetters(topic, group, after, limit);
  }

  async settleDeadLetters(
    topic: string,
    group: string,
    offsets: readonly number[],
    outcome: 'resend' | 'drop',
  ): Promise<number[]> {
    return (await this.log()).settleDeadLetters(topic, group, offsets, outcome);
  }

  async replay(topic: string, group: string, to: Position): Promise<GroupInfo> {
    return (await this.log()).replay(topic, group, to);
  }

  async removeGroup(topic: string, group: string): Promise<void> {
    return (await this.log()).removeGroup(topic, group);
  }

  async removeTopic(topic: string): Promise<void> {
    return (await this.log()).removeTopic(topic);
  }

  /** Nothing to do for events that were not opened: opening them applies the limits of that time. */
  async applyLimits(): Promise<void> {
    if (this.isOpen) await (await this.log()).applyLimits();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.changes.dispose();
    this.flows.dispose();
    const log = await this.opened?.catch(() => undefined);
    await log?.close();
  }

  private log(): Promise<EventLog> {
    if (this.closed) throw new MicroError('server.stopping', 'the events are closed');
    this.opened ??= this.open().then(
      (log) => {
        this.isOpen = true;
        log.onDidChange((topic) => this.changes.fire(topic));
        log.onDidFlow((flow) => this.flows.fire(flow));
        return log;
      },
      (error: unknown) => {
        this.opened = undefined;
        throw error;
      },
    );
    return this.opened;
  }
}
