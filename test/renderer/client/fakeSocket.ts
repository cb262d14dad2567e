import { vi } from 'vitest';

/** The sockets that were opened since {@link stubSockets}. */
export const opened: FakeSocket[] = [];

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  static readonly CLOSED = 3;
  readyState = 0;
  binaryType = '';
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    opened.push(this);
  }

  /** The other end says something. */
  say(bytes: Uint8Array): void {
    this.onmessage?.({ data: new Uint8Array(bytes).buffer });
  }

  /** The connection ends, or does not come about. */
  end(code: number): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code });
  }

  close(): void {
    this.readyState = FakeSocket.CLOSED;
  }
}

/** Puts {@link FakeSocket} in the place of WebSocket, until globals are no longer stubbed. */
export function stubSockets(): void {
  opened.length = 0;
  vi.stubGlobal('WebSocket', FakeSocket);
}
