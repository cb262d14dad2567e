import { resolve } from 'node:path';
import type { ListenOptions } from '../server/index.ts';
import type { CliContext } from './context.ts';
import { usageError } from './usageError.ts';

/** Port of the API for other machines when none is named; the usual one of HTTPS beside 443. */
const LISTEN_PORT = 8443;
/** Port of HTTPS. */
const GATEWAY_PORT = 443;

/** Options that mean something with --listen alone, as commander names them. */
const OF_LISTEN = ['tlsCert', 'tlsKey', 'name', 'listenGateway', 'adminSecret', 'insecureListen'] as const;

/** How other machines are to reach the server that is about to start; undefined when they are not. */
export function listenOptions(context: CliContext, options: Record<string, unknown>): ListenOptions | undefined {
  const text = (name: string): string | undefined =>
    typeof options[name] === 'string' ? (options[name] as string) : undefined;
  const listen = text('listen');
  if (listen === undefined) {
    const idle = OF_LISTEN.find((name) => options[name] !== undefined);
    if (idle === undefined) return undefined;
    const shown = idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usageError(`--${shown} means nothing without --listen`, 'see: micro server --help');
  }
  const file = (name: string): string | undefined => {
    const path = text(name);
    return path === undefined ? undefined : resolve(context.cwd, path);
  };
  const gateway = text('listenGateway');
  return {
    ...parseListen('listen', listen, LISTEN_PORT),
    certFile: file('tlsCert'),
    keyFile: file('tlsKey'),
    insecure: options['insecureListen'] === true,
    names: (options['name'] as string[] | undefined) ?? [],
    gateway: gateway === undefined ? undefined : parseListen('listen-gateway', gateway, GATEWAY_PORT),
    adminSecretFile: file('adminSecret'),
  };
}

/** An address of this machine with an optional port: `10.0.0.7`, `0.0.0.0:9443`, `[::]:9443`. */
export function parseListen(option: string, text: string, usualPort: number): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  // Two colons and no brackets: an address of IPv6 without a port.
  const host = bracketed ?? plain ?? (/^[0-9a-f:.]+$/i.test(text) && text.includes('::') ? text : undefined);
  const number = port === undefined ? usualPort : Number(port);
  if (host !== undefined && number <= 65_535) return { host, port: number };
  throw usageError(`--${option} "${text}" is no address`, `for example: --${option} 0.0.0.0:${usualPort}`);
}
