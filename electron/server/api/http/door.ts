import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { checkOrigin, type GuardedRequest } from './guard.ts';

/** A way into the API. What it is asked by, and by whom, depends on where it is. */
export interface Door {
  /** Only from this machine: the user's own token counts here, and pages of the app. */
  readonly isLocal: boolean;
  /** Of its address; cookies carry it. */
  readonly port: () => number;
  /** Refuses requests by another name, or that a foreign page sent. Throws `api.forbidden-host` or `api.forbidden-origin`. */
  check(request: GuardedRequest): void;
}

/** The door on loopback; `advertised` is one more `host:port` that it answers for. */
export function localDoor(port: () => number, advertised?: string): Door {
  return { isLocal: true, port, check: (request) => checkOrigin(request, port(), advertised) };
}

/**
 * A door that other machines reach. It answers for the names it is known by, and for addresses of this machine where it
 * listens on all of them: an address cannot be pointed elsewhere, as a name can. No page may ask there: the window asks
 * through the server of its own machine. Services behind the gateway decide about pages themselves (`pages`).
 */
export function publicDoor(names: readonly string[], host: string, { pages }: { pages: boolean }): Door {
  const known = names.map((name) => name.toLowerCase());
  const isAny = host === '0.0.0.0' || host === '::';
  const isKnown = (asked: string): boolean => {
    if (isIP(asked) !== 0) return asked === host || known.includes(asked) || (isAny && isOwnAddress(asked));
    return known.some((name) => matches(name, asked));
  };
  return {
    isLocal: false,
    port: () => 0,
    check({ headers }) {
      const asked = hostOf(headers);
      if (!isKnown(asked.toLowerCase())) {
        throw new MicroError('api.forbidden-host', `this server does not answer for the host "${asked}"`, {
          next: 'use a name of its certificate, or start it with --name',
        });
      }
      if (!pages && headers.origin !== undefined)
        throw new MicroError('api.forbidden-origin', `pages of "${headers.origin}" may not talk to this server`);
    },
  };
}

function hostOf(headers: IncomingHttpHeaders): string {
  const host = String(headers[':authority'] ?? headers.host ?? '');
  return /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:\d+$/, '');
}

/** Whether a name of a certificate means the one that was asked for; `*` stands for one label (RFC 6125). */
function matches(name: string, asked: string): boolean {
  if (!name.startsWith('*.')) return name === asked;
  const dot = asked.indexOf('.');
  return dot > 0 && asked.slice(dot) === name.slice(1);
}

function isOwnAddress(asked: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === asked));
}
