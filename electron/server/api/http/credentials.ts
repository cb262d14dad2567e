import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Caller, LOCAL_USER, serviceCaller } from '../../auth/caller.ts';
import type { Clock } from '../../base/clock.ts';
import { bearerToken, cookieValue, sameSecret } from './guard.ts';

/** ms that a one-time link is good for; long enough to copy it into a browser on the same desk. */
const CODE_LIFETIME_MS = 10 * 60_000;

/** At most so many browser sessions; the oldest goes first. Each is 32 bytes. */
const MAX_SESSIONS = 64;

/** Prefix of WebSocket subprotocols that carry a token (browsers cannot set headers on a WebSocket). */
const BEARER_SUBPROTOCOL = 'bearer.';

/**
 * Who sends a request: the user, who holds the server's token or came by a one-time link and holds its cookie, or a service,
 * which has a token of its own, made from the server's secret. What each may do is not decided here.
 */
export class Credentials {
  /** Random for each start of the server; stands in server.json, which only the user can read. */
  readonly token = randomBytes(32).toString('base64url');
  private serviceSecret = this.token;
  private readonly codes = new Map<string, number>();
  private readonly sessions = new Set<string>();

  constructor(private readonly clock: Clock) {}

  /** Cookie names carry the port, since browsers share cookies between all ports of a host. */
  cookieName(port: number): string {
    return `micro_session_${port}`;
  }

  /** A code that can be exchanged once for a browser session. */
  createCode(): string {
    const now = this.clock.now();
    for (const [code, expiry] of this.codes) if (expiry < now) this.codes.delete(code);
    const code = randomBytes(24).toString('base64url');
    this.codes.set(code, now + CODE_LIFETIME_MS);
    return code;
  }

  /** Takes a code and gives a session for it; undefined when the code is unknown, used or too old. */
  exchange(code: string): string | undefined {
    const expiry = this.codes.get(code);
    this.codes.delete(code);
    if (expiry === undefined || expiry < this.clock.now()) return undefined;
    const session = randomBytes(32).toString('base64url');
    this.sessions.add(session);
    if (this.sessions.size > MAX_SESSIONS) this.sessions.delete(this.sessions.values().next().value as string);
    return session;
  }

  /** Whether the request holds a browser session. */
  hasSession(headers: IncomingHttpHeaders, port: number): boolean {
    const cookie = cookieValue(headers, this.cookieName(port));
    return cookie !== '' && this.sessions.has(cookie);
  }

  /** Who sends the request: the user or a service; undefined when it holds no token of this server and no browser session. */
  find(headers: IncomingHttpHeaders, port: number): Caller | undefined {
    for (const token of this.tokensOf(headers)) {
      if (sameSecret(token, this.token)) return LOCAL_USER;
      const service = this.serviceOfToken(token);
      if (service !== undefined) return serviceCaller(service);
    }
    return this.hasSession(headers, port) ? LOCAL_USER : undefined;
  }

  /** The tokens that a request shows, as a header or as a subprotocol. */
  tokensOf(headers: IncomingHttpHeaders): string[] {
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
    const tokens = offered
      .filter((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL))
      .map((protocol) => protocol.slice(BEARER_SUBPROTOCOL.length));
    const bearer = bearerToken(headers);
    return bearer === '' ? tokens : [bearer, ...tokens];
  }

  /** Makes the tokens of services from a secret that is kept, where services go on without the server and meet the next one. */
  keepServiceTokens(secret: string): void {
    this.serviceSecret = secret;
  }

  /** The token that a service gets as MICRO_TOKEN. */
  serviceToken(service: string): string {
    const signature = createHmac('sha256', this.serviceSecret).update(service).digest('base64url');
    return `svc.${service}.${signature}`;
  }

  /** The service that a token was made for, or undefined when it was not made by this server. */
  serviceOfToken(token: string): string | undefined {
    const match = /^svc\.([a-z0-9-]+)\.[\w-]+$/.exec(token);
    if (!match) return undefined;
    return sameSecret(token, this.serviceToken(match[1] as string)) ? match[1] : undefined;
  }
}
