import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Clock } from '../../base/clock.ts';
import { bearerToken, cookieValue, sameSecret } from './guard.ts';

/** ms that a one-time link is good for; long enough to copy it into a browser on the same desk. */
const CODE_LIFETIME_MS = 10 * 60_000;

/** At most so many browser sessions; the oldest goes first. Each is 32 bytes. */
const MAX_SESSIONS = 64;

/** Prefix of WebSocket subprotocols that carry a token (browsers cannot set headers on a WebSocket). */
const BEARER_SUBPROTOCOL = 'bearer.';

/**
 * Who may use the API: holders of the server's token, and browsers that came by a one-time link and hold its cookie.
 * Services have tokens of their own, made from the server's secret, which only say who calls.
 */
export class Credentials {
  /** Random for each start of the server; stands in server.json, which only the user can read. */
  readonly token = randomBytes(32).toString('base64url');
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

  /** Throws `api.unauthenticated` unless the request comes with the server's token or a browser session. */
  check(headers: IncomingHttpHeaders, port: number): void {
    if (sameSecret(bearerToken(headers), this.token) || this.hasSession(headers, port)) return;
    for (const protocol of (headers['sec-websocket-protocol'] ?? '').split(',')) {
      const name = protocol.trim();
      if (name.startsWith(BEARER_SUBPROTOCOL) && sameSecret(name.slice(BEARER_SUBPROTOCOL.length), this.token)) return;
    }
    throw new MicroError('api.unauthenticated', 'the token is missing or wrong', {
      next: 'send Authorization: Bearer with the token of server.json in MICRO_HOME',
    });
  }

  /** The token that a service gets as MICRO_TOKEN. */
  serviceToken(service: string): string {
    const signature = createHmac('sha256', this.token).update(service).digest('base64url');
    return `svc.${service}.${signature}`;
  }

  /** The service that a token was made for, or undefined when it was not made by this server. */
  serviceOfToken(token: string): string | undefined {
    const match = /^svc\.([a-z0-9-]+)\.[\w-]+$/.exec(token);
    if (!match) return undefined;
    return sameSecret(token, this.serviceToken(match[1] as string)) ? match[1] : undefined;
  }
}
