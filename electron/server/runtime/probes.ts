import type { Dialer } from '../host/dialer.ts';

/** Few listen on IPv6 alone: of the checks that wait for a service to listen, one in so many asks there too. */
const checksPerIpv6 = 4;

/** Asks again and again whether a port of this machine is listened on. */
export class LoopbackCheck {
  private checks = 0;

  constructor(private readonly dialer: Dialer) {}

  /** The loopback address that accepts connections, or undefined when none of those that are asked this time does. */
  connect(port: number, timeoutMs: number, signal: AbortSignal): Promise<string | undefined> {
    const isWhole = this.checks++ % checksPerIpv6 === 0;
    return connectLoopback(this.dialer, port, timeoutMs, signal, isWhole ? loopback : loopback.slice(0, 1));
  }
}

const loopback = ['127.0.0.1', '::1'];

/** The loopback address that accepts connections on a port, or undefined. */
export async function connectLoopback(
  dialer: Dialer,
  port: number,
  timeoutMs: number,
  signal?: AbortSignal,
  addresses: readonly string[] = loopback,
): Promise<string | undefined> {
  for (const address of addresses) {
    try {
      await dialer.connect(address, port, timeoutMs, signal);
      return address;
    } catch {
      if (signal?.aborted) return undefined;
    }
  }
  return undefined;
}

/** Why a GET is no success; undefined when it is. */
export async function httpProblem(
  dialer: Dialer,
  url: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = url.replace(/^https?:\/\/[^/]*/, '') || '/';
  try {
    const status = await dialer.get(url, timeoutMs, signal);
    return status >= 200 && status < 400 ? undefined : `GET ${path} answered ${status}`;
  } catch (error) {
    return `GET ${path}: ${(error as Error).message}`;
  }
}

/** The URL of a path of an instance; a URL stays what it is. */
export function httpUrl(path: string, host: string, port: number | undefined): string {
  if (/^https?:/.test(path)) return path;
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}${path.startsWith('/') ? '' : '/'}${path}`;
}
