import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { type ErrorCode, errorCatalogue, MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import { isNatsAway } from '../../host/natsErrors.ts';
import type { NatsLink } from '../../host/natsLink.ts';
import type { ConsumeOptions, GroupInfo, Position, Receipt } from '../eventLog.ts';
import { subjects } from './subjects.ts';

/** ms for an answer of another server; one that gives none in time is taken for dead. */
const ANSWER_MS = 10_000;
/** ms after the connection is back for which a server that does not answer may be about to come back, too. */
const COME_BACK_MS = 3_000;

/** What servers ask the one that leads a group. */
export interface PeerRequests {
  /** The next event for a consumer; answered within five seconds, also when there is none. `turn` counts the questions. */
  next: {
    ask: { group: string; consumer: string; turn: number; options: ConsumeOptions };
    answer: { offset?: number; attempt?: number; isLetter?: boolean };
  };
  leave: { ask: { topic: string; group: string; consumer: string }; answer: object };
  settle: { ask: Receipt; answer: { unknown: string[] } };
  info: { ask: { topic: string; group: string; first: number; next: number }; answer: GroupInfo };
  letters: {
    ask: { topic: string; group: string; offsets: number[]; outcome: 'resend' | 'drop' | 'save' };
    answer: { unknown: number[] };
  };
  replay: { ask: { topic: string; group: string; to: Position }; answer: GroupInfo };
  remove: { ask: { topic: string; group: string }; answer: object };
}

type Kind = keyof PeerRequests;
/** What a server does that is asked. */
export type PeerHandlers = { [K in Kind]: (ask: PeerRequests[K]['ask']) => Promise<PeerRequests[K]['answer']> };

/** The leader of a group cannot be asked: it is gone, or has given the group away. */
export class LeaderGone extends Error {
  constructor() {
    super('the server that led the group is gone');
    this.name = 'LeaderGone';
  }
}

/** Asks other servers of the environment, over NATS, and is asked by them. */
export class Peers {
  private subscription: Subscription | undefined;
  private upSince = 0;

  constructor(
    private readonly link: NatsLink,
    private readonly server: string,
    private readonly handlers: PeerHandlers,
  ) {
    link.onDidReconnect(() => (this.upSince = Date.now()));
  }

  /** Can be asked from now on; the client does so again by itself when the connection was away. */
  async start(): Promise<void> {
    await this.link.run(async (connection) => {
      this.subscription ??= connection.subscribe(subjects.server(this.link.settings.prefix, this.server), {
        callback: (error, message) => {
          if (!error) void this.answer(message);
        },
      });
      await connection.flush();
    });
  }

  /** What is asked until then is answered, so that nobody waits in vain. */
  async stop(): Promise<void> {
    if (this.link.connection) await this.subscription?.drain().catch(() => {});
    else this.subscription?.unsubscribe();
  }

  /** Rejects with {@link LeaderGone} when the server is not there, and with what it answered when it refuses. */
  async ask<K extends Kind>(server: string, kind: K, ask: PeerRequests[K]['ask']): Promise<PeerRequests[K]['answer']> {
    const answer = await this.link.run((connection) => this.request(connection, server, JSON.stringify({ kind, ask })));
    const { ok, error } = answer.json<{ ok?: PeerRequests[K]['answer']; error?: PeerError }>();
    if (ok !== undefined) return ok;
    if (error?.code === GONE) throw new LeaderGone();
    const { code = '', message = '', next, retryable = false } = error ?? {};
    throw new MicroError(Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : 'internal.bug', message, {
      ...(next === undefined ? {} : { next }),
      retryable,
    });
  }

  private async request(connection: NatsConnection, server: string, text: string): Promise<Msg> {
    try {
      return await connection.request(subjects.server(this.link.settings.prefix, server), text, { timeout: ANSWER_MS });
    } catch (error) {
      const { name, cause } = error as Error;
      const isGone =
        /^(TimeoutError|NoResponders)$/.test(name) || (cause as Error | undefined)?.name === 'NoResponders';
      if (!isGone || !isNatsAway(error) || Date.now() - this.upSince < COME_BACK_MS) throw error;
      throw new LeaderGone();
    }
  }

  private async answer(message: Msg): Promise<void> {
    try {
      const { kind, ask } = message.json<{ kind: Kind; ask: never }>();
      const ok = await this.handlers[kind](ask);
      message.respond(JSON.stringify({ ok }));
    } catch (error) {
      const isGone = (error as Error).name === 'LeaderGone' || (error as Error).name === 'Superseded';
      const { code, message: text, next, retryable } = toMicroError(error);
      message.respond(JSON.stringify({ error: { code: isGone ? GONE : code, message: text, next, retryable } }));
    }
  }
}

interface PeerError {
  code: string;
  message: string;
  next?: string;
  retryable: boolean;
}

/** The code of a server that does not lead the group that it is asked about. */
const GONE = 'gone';
