import { curlCommand } from '../../shared/lib/curlCommand.ts';
import type { CallDraft } from './callDraft.ts';

/** The URL of a call through the gateway, e.g. `http://127.0.0.1:8080/orders/list?page=2`. */
export function gatewayUrl(gateway: string, { service, path }: Pick<CallDraft, 'service' | 'path'>): string {
  return `${gateway.replace(/\/$/, '')}/${service}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** The same call as a command for a POSIX shell. */
export function toCurl(
  gateway: string,
  draft: Pick<CallDraft, 'service' | 'method' | 'path' | 'headers' | 'body'>,
): string {
  const { method, headers, body } = draft;
  return curlCommand({ method, url: gatewayUrl(gateway, draft), headers, body });
}
