import type { FileLogStore } from './logs/fileLogStore.ts';

/**
 * Answers that may wait for a window to take them, bytes. A window asks for three stretches of rows at a time, some megabytes
 * at most; one that hangs, or asks on and on without reading, is cut off, and comes back when it lives.
 */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** A WebSocket, reduced to what is needed of it. */
export interface LogWebSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
  on(event: 'message' | 'close', listener: (data: unknown) => void): unknown;
  close(code: number, reason: string): void;
  /** Ends it without a word: who does not read would not hear one. */
  terminate(): void;
}

/** Serves log views on a WebSocket until it closes. */
export function serveLogViews(socket: LogWebSocket, logs: Pick<FileLogStore, 'openViews'>): void {
  logs.openViews({
    send: (text) => {
      if (socket.bufferedAmount > MAX_WAITING_BYTES) socket.terminate();
      else socket.send(text);
    },
    onMessage: (listener) => socket.on('message', (data) => listener(String(data))),
    onClose: (listener) => socket.on('close', () => listener()),
    close: () => socket.close(1011, 'the thread that reads logs failed'),
  });
}
