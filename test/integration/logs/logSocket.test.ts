import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serveLogViews } from '../../../electron/server/logSockets.ts';
import type { LogViewClientMessage } from '../../../shared/contract/logView.ts';
import { LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** A socket whose other end has stopped reading. */
class UnreadSocket extends EventEmitter {
  bufferedAmount = 0;
  isEnded = false;

  send(text: string): void {
    this.bufferedAmount += text.length;
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    this.isEnded = true;
    this.emit('close');
  }

  ask(message: LogViewClientMessage): void {
    this.emit('message', JSON.stringify(message));
  }
}

let f: LogStoreFixture;

beforeEach(async () => {
  f = await LogStoreFixture.create();
});
afterEach(() => f.dispose());

it('LOG-05 a window that asks and never reads is cut off before its answers fill the memory', async () => {
  const writer = await f.run('a');
  for (let i = 0; i < 1000; i++) writer.write('stdout', Buffer.from(`${'x'.repeat(8000)} ${i}\n`), nowUs());
  await f.store.flushed([]);
  const socket = new UnreadSocket();
  serveLogViews(socket, f.store);
  socket.ask({ type: 'open', view: 1, query: { services: ['a'] }, follow: true });
  await waitFor('the last rows', () => socket.bufferedAmount > 1_000_000);
  for (let request = 1; request <= 40; request++) {
    socket.ask({ type: 'rows', view: 1, request, from: 0, count: 1000 });
  }
  await waitFor('the end of it', () => socket.isEnded, 60_000);
  // One answer may go over the limit.
  expect(socket.bufferedAmount).toBeLessThan(80 * 1024 * 1024);
});
