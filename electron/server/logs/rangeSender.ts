import type { LogViewClientMessage, LogViewServerMessage } from '../../../shared/contract/logView.ts';
import { exportLine } from './rowMaker.ts';
import type { ViewRows } from './viewRows.ts';

/** Characters of a chunk of text, and chunks without an acknowledgement. */
const CHUNK_CHARS = 256 * 1024;
const MAX_UNACKNOWLEDGED = 2;

/** Sends the text of any number of rows in chunks, no faster than the client takes them. */
export class RangeSender {
  private readonly acks = new Map<number, { waiting: number; wake: (() => void) | undefined }>();

  constructor(
    private readonly rows: ViewRows,
    private readonly sendMessage: (message: LogViewServerMessage) => void,
  ) {}

  /** Resolves when the last chunk is sent, or `signal` stops it. */
  async send(message: Extract<LogViewClientMessage, { type: 'range' }>, signal: AbortSignal): Promise<void> {
    const { view, request, format } = message;
    const ack = { waiting: 0, wake: undefined as (() => void) | undefined };
    this.acks.set(request, ack);
    const wakeUp = (): void => ack.wake?.();
    signal.addEventListener('abort', wakeUp);
    try {
      const end = Math.min(message.end, this.rows.end);
      let from = Math.max(message.first, this.rows.first);
      do {
        let text = '';
        let next = end;
        await this.rows.each(from, end, signal, (row, { kind, range, walker }) => {
          if (kind === 'record') text += exportLine(format, range.source, walker);
          next = row + 1;
          return text.length >= CHUNK_CHARS;
        });
        while (ack.waiting >= MAX_UNACKNOWLEDGED && !signal.aborted) {
          await new Promise<void>((resolve) => {
            ack.wake = resolve;
          });
        }
        if (signal.aborted) return;
        from = next;
        ack.waiting++;
        this.sendMessage({ type: 'chunk', view, request, text, next, done: next >= end });
      } while (from < end);
    } finally {
      signal.removeEventListener('abort', wakeUp);
      this.acks.delete(request);
    }
  }

  /** The client took a chunk of a range. */
  handleAck(request: number): void {
    const ack = this.acks.get(request);
    if (!ack) return;
    ack.waiting--;
    ack.wake?.();
  }
}
