import type { Event as Signal } from '../base/event.ts';

/** An event that is to be published. */
export interface NewEvent {
  /** 1 to 128 letters, digits, `.`, `_`, `-`, beginning with a letter or digit. */
  topic: string;
  payload: Uint8Array;
  /** Events of one key are delivered to a group one after another. */
  key?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  /** The service that publishes it. */
  publisher?: string | undefined;
  /** ms since 1970 that the publisher gives; when it was taken is told by {@link StoredEvent.time} all the same. */
  saidAt?: number | undefined;
}

/** Where an event came to stand. */
export interface Published {
  id: string;
  /** Counts the events of a topic from 0 on, without gaps. */
  offset: number;
  /** ms since 1970; never less than that of the event before it. */
  time: number;
}

/** An event as it is kept. */
export interface StoredEvent extends Published {
  topic: string;
  key: string;
  publisher: string;
  metadata: Readonly<Record<string, string>>;
  payload: Uint8Array;
  saidAt: number | undefined;
}

/** A place in a topic: its oldest event, behind its newest, an offset, or the first event of a time or later. */
export type Position = 'start' | 'end' | { offset: number } | { time: number };

/** How a consumer wants its events. */
export interface ConsumeOptions {
  topic: string;
  /** Each event goes to one member of a group. Undefined: all events to this consumer, and nothing is remembered. */
  group?: string | undefined;
  /** Where a group begins that is not known yet; one that is known goes on where it is. Default: the end. */
  from?: Position | undefined;
  /** An event is acknowledged when the next one is asked for. */
  autoAck?: boolean | undefined;
  /** ms until an event that was not acknowledged is delivered again. */
  ackWaitMs?: number | undefined;
  /** Deliveries after which an event becomes a dead letter; -1: without limit. */
  maxDeliveries?: number | undefined;
  /** Events that may be unacknowledged at a time. */
  maxUnacked?: number | undefined;
  /** The service that consumes. */
  service?: string | undefined;
}

/** An event on its way to a consumer. */
export interface Delivery {
  event: StoredEvent;
  /** 1 for the first delivery to the group. */
  attempt: number;
}

/** One reader of a topic. */
export interface Consumer {
  readonly id: string;
  /** The group for receipts; a made-up name for a consumer without one. */
  readonly group: string;
  /** The next event, as soon as there is one; undefined once the consumer is closed. One call at a time. */
  next(): Promise<Delivery | undefined>;
  /** Gives what was not acknowledged to others at once. */
  close(): void;
}

/** What became of deliveries. */
export interface Receipt {
  topic: string;
  group: string;
  ids: readonly string[];
  /** `ack`: done. `nack`: deliver it again. `extend`: the wait begins anew. */
  outcome: 'ack' | 'nack' | 'extend';
  /** nack and extend: only what this consumer has. */
  consumer?: string | undefined;
  /** nack: ms until the next delivery; undefined: grows with each. */
  delayMs?: number | undefined;
  /** nack: why, in words. */
  reason?: string | undefined;
}

/** A part of a topic's history. */
export interface HistoryQuery {
  topic: string;
  /** Default: the start, or the end when it goes backwards. */
  from?: Position | undefined;
  backwards?: boolean | undefined;
  limit: number;
  /** Only events of this key. */
  key?: string | undefined;
}

/** A page of {@link HistoryQuery}; `next` is the offset for the next one, undefined when there is none. */
export interface HistoryPage {
  events: StoredEvent[];
  next: number | undefined;
}

/** An event that a group gave up on. */
export interface DeadLetter {
  event: StoredEvent;
  deliveries: number;
  time: number;
  reason: string;
}

/** One consumer of a group. */
export interface MemberInfo {
  consumer: string;
  service: string;
  since: number;
  unacked: number;
}

/** How far a group is. */
export interface GroupInfo {
  name: string;
  /** All events before this offset are done with. */
  position: number;
  /** Events that are not acknowledged yet, those under way included. */
  lag: number;
  unacked: number;
  deadLetters: number;
  /** Events that a limit removed before the group had them. */
  missed: number;
  members: MemberInfo[];
}

/** What is kept of a topic, and who reads it. */
export interface TopicInfo {
  name: string;
  events: number;
  bytes: number;
  firstOffset: number;
  nextOffset: number;
  /** ms since 1970; 0: nothing is kept. */
  oldestAt: number;
  newestAt: number;
  /** Events a second, over the last ten. */
  rate: number;
  listeners: number;
  groups: GroupInfo[];
}

/** Events that went from or to somebody. */
export interface EventFlow {
  topic: string;
  /** The service; empty: something else. */
  service: string;
  direction: 'published' | 'consumed';
  count: number;
}

/** How much is kept of a topic; whichever is reached first removes the oldest. */
export interface EventLimits {
  /** ms; 0: without limit. */
  maxAgeMs: number;
  maxBytes: number;
  maxEvents: number;
}

/**
 * Topics with their history, whatever keeps them. What a resolved promise reported is still there after `kill -9`; every
 * event is delivered to each group at least once, unless a limit of the topic removed it before. Bad names, sizes and
 * positions reject with an `events.*` code before anything is done.
 */
export interface EventLog {
  /** A topic or one of its groups is not as it was. */
  readonly onDidChange: Signal<string>;
  readonly onDidFlow: Signal<EventFlow>;
  /** Takes all events, in their order, or none. */
  publish(events: readonly NewEvent[]): Promise<Published[]>;
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** Resolves with the ids that nobody of the group has. */
  settle(receipt: Receipt): Promise<string[]>;
  /** All topics, or one, by name; `events.topic-not-found` when that one is not there. */
  topics(topic?: string): Promise<TopicInfo[]>;
  history(query: HistoryQuery): Promise<HistoryPage>;
  deadLetters(topic: string, group: string, after: number | undefined, limit: number): Promise<DeadLetter[]>;
  /**
   * `resend`: dead letters are delivered to their group once more, with their deliveries counted anew, and are dead letters
   * no longer. `drop`: they are forgotten. Resolves with the offsets that are no dead letters of the group.
   */
  settleDeadLetters(
    topic: string,
    group: string,
    offsets: readonly number[],
    outcome: 'resend' | 'drop',
  ): Promise<number[]>;
  /** Moves a group; resolves with how it stands then. */
  replay(topic: string, group: string, to: Position): Promise<GroupInfo>;
  removeGroup(topic: string, group: string): Promise<void>;
  removeTopic(topic: string): Promise<void>;
  /** Removes at once what the limits do not allow any more. */
  applyLimits(): Promise<void>;
  close(): Promise<void>;
}
