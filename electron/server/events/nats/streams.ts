import type { JetStreamClient, JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { isNatsAway, jetStreamCode } from '../../host/natsErrors.ts';
import type { NatsLink } from '../../host/natsLink.ts';
import type { EventLimits, StoredEvent } from '../eventLog.ts';
import { MAX_TOPICS } from '../limits.ts';
import { eventOf } from './eventMessage.ts';
import { groupsStream, lettersStream, namesIn, subjects, topicStream } from './subjects.ts';

/** ms for an answer of JetStream; a message of 1 MB over a slow line has to fit in. */
const ANSWER_MS = 5_000;
/** ms for which JetStream knows what it has already: longer than we send something again. Each id takes it some memory. */
const KNOWN_MS = 30_000;
const MS_IN_NS = 1_000_000;
/** Numbers of JetStream's errors. */
const STREAM_NOT_FOUND = 10059;
const OTHER_CONFIG = 10058;

/** What a topic's stream has. */
export interface TopicFacts {
  topic: string;
  events: number;
  /** With what JetStream keeps beside each event. */
  bytes: number;
  first: number;
  next: number;
  /** ms since 1970; 0: there is none. */
  oldestAt: number;
  newestAt: number;
}

interface Clients {
  connection: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  /** Makes the headers of a message. */
  headers(): MsgHdrs;
}

/**
 * The streams of an environment. A topic has one of its own: so its events are counted from 0 on, and have limits of their
 * own. An offset is the number of a message in its stream, less one.
 */
export class Streams {
  private clients: Clients | undefined;
  private readonly known = new Map<string, Promise<void>>();

  constructor(
    readonly link: NatsLink,
    private readonly limits: (topic: string) => EventLimits,
  ) {}

  get prefix(): string {
    return this.link.settings.prefix;
  }

  /** Does something with JetStream, again when the connection breaks. */
  run<T>(attempt: (clients: Clients) => Promise<T>): Promise<T> {
    return this.link.run(async (connection) => attempt(await this.clientsOf(connection)));
  }

  /** Makes what all topics need. Rejects with `engine.refused` when the server has no JetStream. */
  async start(): Promise<void> {
    await this.run(async ({ jsm, connection }) => {
      if (connection.info?.jetstream !== true)
        throw new MicroError('engine.refused', `the NATS at ${this.link.settings.shown} keeps no events`, {
          next: 'Start it with JetStream: nats-server -js -sd FOLDER',
        });
      for (const [name, subject] of [
        [groupsStream(this.prefix), subjects.groups(this.prefix)],
        [lettersStream(this.prefix), `${this.prefix}.letters.>`],
      ] as const)
        await this.add(jsm, name, subject, { max_msgs_per_subject: 1 });
    });
  }

  /** Makes the stream of a topic where it is missing. */
  obtain(topic: string): Promise<void> {
    const known = this.known.get(topic);
    if (known) return known;
    const made = this.make(topic);
    this.known.set(topic, made);
    made.catch(() => this.forget(topic));
    return made;
  }

  /** It may not be there any more: another server may have removed it. */
  forget(topic: string): void {
    this.known.delete(topic);
  }

  /** Rejects with `events.topic-not-found`. */
  async facts(topic: string): Promise<TopicFacts> {
    return this.run(async ({ jsm }) => {
      try {
        return factsOf(await jsm.streams.info(topicStream(this.prefix, topic)));
      } catch (error) {
        if (jetStreamCode(error) !== STREAM_NOT_FOUND) throw error;
        this.forget(topic);
        throw topicNotFound(topic);
      }
    });
  }

  /** All topics, by name. */
  async all(): Promise<TopicFacts[]> {
    return this.run(async ({ jsm }) => {
      const found: TopicFacts[] = [];
      for await (const info of jsm.streams.list(`${this.prefix}.events.>`)) found.push(factsOf(info));
      return found.sort((a, b) => (a.topic < b.topic ? -1 : 1));
    });
  }

  /** An event; undefined when it is not kept any more. */
  async event(topic: string, offset: number): Promise<StoredEvent | undefined> {
    return this.run(async ({ jsm }) => {
      const found = await jsm.direct.getMessage(topicStream(this.prefix, topic), { seq: offset + 1 });
      if (!found) return undefined;
      const { seq, data, header, timestamp } = found;
      return eventOf(topic, { seq, data, headers: header, takenAtMs: Date.parse(timestamp) });
    });
  }

  /** Names in the subjects of a stream that match. */
  async names(stream: string, filter: string): Promise<string[][]> {
    return this.run(async ({ jsm }) => {
      const { state } = await jsm.streams.info(stream, { subjects_filter: filter });
      return Object.keys(state.subjects ?? {}).map(namesIn);
    });
  }

  async remove(topic: string): Promise<void> {
    const { prefix } = this;
    await this.run(async ({ jsm }) => {
      await jsm.streams.purge(groupsStream(prefix), { filter: subjects.groups(prefix, topic) });
      await jsm.streams.purge(lettersStream(prefix), { filter: subjects.letters(prefix, topic) });
      await jsm.streams.delete(topicStream(prefix, topic)).catch((error: unknown) => {
        if (jetStreamCode(error) !== STREAM_NOT_FOUND) throw error;
      });
    });
    this.forget(topic);
  }

  /**
   * Sees that a topic has no more than it may; resolves whether something was removed. Number and age are JetStream's to
   * keep from then on, bytes are looked at again with each call.
   */
  async limit({ topic, first }: TopicFacts): Promise<boolean> {
    const limits = this.limits(topic);
    const name = topicStream(this.prefix, topic);
    return this.run(async ({ jsm }) => {
      const wanted = retention(limits);
      let { config, state } = await jsm.streams.info(name);
      if (config.max_msgs !== wanted.max_msgs || config.max_age !== wanted.max_age)
        ({ config, state } = await jsm.streams.update(name, wanted));
      if (limits.maxEvents < 1) await jsm.streams.purge(name);
      // Not by a limit of the stream: JetStream would set so much aside for each topic, however little of it is used.
      while (state.messages > 0 && state.bytes > limits.maxBytes) {
        const most = Math.ceil((state.bytes - limits.maxBytes) / (state.bytes / state.messages));
        await jsm.streams.purge(name, { seq: state.first_seq + most });
        ({ state } = await jsm.streams.info(name));
      }
      return state.first_seq !== first + 1 || limits.maxEvents < 1;
    });
  }

  private async make(topic: string): Promise<void> {
    await this.run(async ({ jsm }) => {
      const name = topicStream(this.prefix, topic);
      const isThere = await jsm.streams.info(name).then(
        () => true,
        (error: unknown) => {
          if (jetStreamCode(error) === STREAM_NOT_FOUND) return false;
          throw error;
        },
      );
      if (isThere) return;
      if ((await jsm.getAccountInfo()).streams >= MAX_TOPICS)
        throw new MicroError('events.limit', `there are ${MAX_TOPICS} topics already, so ${topic} cannot be another`);
      await this.add(jsm, name, subjects.events(this.prefix, topic), retention(this.limits(topic)));
    });
  }

  private async add(jsm: JetStreamManager, name: string, subject: string, more: object): Promise<void> {
    const config = { name, subjects: [subject], allow_direct: true, num_replicas: this.link.settings.replicas };
    await jsm.streams.add({ ...config, duplicate_window: KNOWN_MS * MS_IN_NS, ...more }).catch((error: unknown) => {
      // Another server was quicker, or it was made with other limits: those are set by `limit`.
      if (jetStreamCode(error) !== OTHER_CONFIG) throw error;
    });
  }

  private async clientsOf(connection: NatsConnection): Promise<Clients> {
    if (this.clients?.connection === connection) return this.clients;
    // Loaded when it is needed: most servers are alone.
    const { default: api } = await import('@nats-io/jetstream');
    const { default: nats } = await import('@nats-io/transport-node');
    const jsm = await api.jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_MS });
    this.clients = {
      connection,
      headers: () => nats.headers(),
      jsm,
      js: api.jetstream(connection, { timeout: ANSWER_MS }),
    };
    return this.clients;
  }
}

/** Whether nobody takes what is published on a subject: its stream is not there any more, or JetStream is not. */
export function isUnheard(error: unknown): boolean {
  return (error as Error).name === 'JetStreamNotEnabled' && isNatsAway(error);
}

/** The error for a topic that is not there. */
export function topicNotFound(topic: string): MicroError {
  return new MicroError('events.topic-not-found', `there is no topic ${topic}`, {
    next: 'A topic comes to be with its first event or its first group: micro events topics',
  });
}

function retention({ maxAgeMs, maxEvents }: EventLimits) {
  return {
    max_age: maxAgeMs * MS_IN_NS,
    max_msgs: Math.max(1, Math.min(maxEvents, Number.MAX_SAFE_INTEGER)),
    duplicate_window: (maxAgeMs > 0 ? Math.min(KNOWN_MS, maxAgeMs) : KNOWN_MS) * MS_IN_NS,
  };
}

function factsOf({ config, state }: StreamInfo): TopicFacts {
  const { messages, bytes, first_seq, last_seq, first_ts, last_ts } = state;
  return {
    topic: namesIn(config.subjects[0] as string)[0] as string,
    events: messages,
    bytes,
    first: messages === 0 ? last_seq : first_seq - 1,
    next: last_seq,
    oldestAt: messages === 0 ? 0 : Date.parse(String(first_ts)),
    newestAt: messages === 0 ? 0 : Date.parse(String(last_ts)),
  };
}
