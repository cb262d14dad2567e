import type { ServerAddresses } from '../server/index.ts';

/** The line by which a program that started a server learns where it is. */
export function readyJson(addresses: ServerAddresses, ui: string | undefined): Record<string, unknown> {
  const { gateway, proxy, pid, reachable, moved } = addresses;
  return {
    ready: true,
    gateway,
    proxy,
    pid,
    ...(reachable ? { reachable } : {}),
    ...(moved.length > 0 ? { moved } : {}),
    ...(ui === undefined ? {} : { ui }),
  };
}
