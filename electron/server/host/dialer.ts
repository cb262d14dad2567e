import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';

/** Outgoing checks: is somebody there, and what does it answer? */
export interface Dialer {
  /** Resolves when the connection is accepted (and closes it); rejects with why it was not. */
  connect(host: string, port: number, timeoutMs: number, signal?: AbortSignal): Promise<void>;
  /** The status of a GET; the body is not read. Rejects when there is no answer. */
  get(url: string, timeoutMs: number, signal?: AbortSignal): Promise<number>;
}

/** The network of this machine. */
export const networkDialer: Dialer = {
  connect(host, port, timeoutMs, signal) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host, port });
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        socket.destroy();
        if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => finish(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
      const abort = (): void => finish(new Error('cancelled'));
      signal?.addEventListener('abort', abort, { once: true });
      socket.once('connect', () => finish());
      socket.once('error', (error) => finish(new Error(plainNetworkError(error))));
    });
  },
  get(url, timeoutMs, signal) {
    return new Promise((resolve, reject) => {
      const client = url.startsWith('https:') ? https : http;
      // A local service with a certificate of its own making is still up.
      const request = client.get(url, { agent: false, rejectUnauthorized: false, headers: { 'user-agent': 'micro' } });
      const finish = (error: Error | undefined, status = 0): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        request.destroy();
        if (error) reject(error);
        else resolve(status);
      };
      const timer = setTimeout(() => finish(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      const abort = (): void => finish(new Error('cancelled'));
      signal?.addEventListener('abort', abort, { once: true });
      request.once('response', (response) => {
        response.on('error', () => {});
        finish(undefined, response.statusCode ?? 0);
      });
      request.on('error', (error) => finish(new Error(plainNetworkError(error))));
    });
  },
};

function plainNetworkError(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'connection broken off';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'host not reachable';
    case 'ENOTFOUND':
      return 'unknown host';
    default:
      return error.message;
  }
}
