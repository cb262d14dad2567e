import { afterEach, describe, expect, it, vi } from 'vitest';
import { TerminalLink } from '../../../renderer/features/terminals/TerminalLink.ts';
import { terminalFlow } from '../../../shared/contract/terminal.ts';

/** A WebSocket that does what the test says. */
class FakeSocket extends EventTarget {
  readonly OPEN = 1;
  readyState = 0;
  readonly sent: (string | Uint8Array)[] = [];
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  close(): void {
    this.readyState = 3;
  }
  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  says(data: unknown): void {
    const message = data instanceof Uint8Array ? data.buffer : JSON.stringify(data);
    this.dispatchEvent(new MessageEvent('message', { data: message }));
  }
  breaks(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

function setUp() {
  const sockets: FakeSocket[] = [];
  const seen: string[] = [];
  const drawn: (() => void)[] = [];
  const link = new TerminalLink(
    () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    {
      handleState: ({ screen }) => seen.push(`screen ${screen}`),
      handleOutput: (data, done) => {
        seen.push(`output ${data.length}`);
        drawn.push(done);
      },
      handleStarted: () => seen.push('started'),
      handleEnded: ({ code }) => seen.push(`ended ${code}`),
      handleResized: (cols, rows) => seen.push(`resized ${cols}x${rows}`),
      handleConnection: (status) => seen.push(status),
    },
  );
  link.start();
  sockets[0]?.opens();
  return { link, sockets, seen, drawn };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the connection of a terminal', () => {
  it('tells the screen, the output and what happens, in order', () => {
    const { sockets, seen } = setUp();
    sockets[0]?.says({ type: 'state', cols: 80, rows: 24, screen: 'S' });
    sockets[0]?.says(new Uint8Array(3));
    sockets[0]?.says({ type: 'resized', cols: 90, rows: 30 });
    sockets[0]?.says({ type: 'ended', ended: { code: 3, at: 1 } });
    sockets[0]?.says({ type: 'started' });
    expect(seen).toEqual(['connecting', 'open', 'screen S', 'output 3', 'resized 90x30', 'ended 3', 'started']);
  });

  it('says what has been drawn, not what has come', () => {
    const { sockets, drawn } = setUp();
    sockets[0]?.says(new Uint8Array(terminalFlow.ackEvery - 1));
    sockets[0]?.says(new Uint8Array(1));
    drawn[0]?.();
    expect(sockets[0]?.sent).toEqual([]);
    drawn[1]?.();
    expect(sockets[0]?.sent).toEqual([JSON.stringify({ type: 'ack', bytes: terminalFlow.ackEvery })]);
  });

  it('sends a long paste in pieces and whole', () => {
    const { link, sockets } = setUp();
    const text = '猫'.repeat(100_000);
    link.type(text);
    const pieces = (sockets[0]?.sent ?? []) as Uint8Array[];
    expect(pieces.length).toBeGreaterThan(3);
    expect(Buffer.concat(pieces).toString()).toBe(text);
  });

  it('comes back by itself, and drops what was typed without it', async () => {
    vi.useFakeTimers();
    const { link, sockets, seen } = setUp();
    sockets[0]?.breaks(1006);
    link.type('lost');
    expect(seen.at(-1)).toBe('lost');
    await vi.advanceTimersByTimeAsync(300);
    expect(sockets).toHaveLength(2);
    sockets[1]?.opens();
    link.type('a');
    expect(sockets[0]?.sent).toEqual([]);
    expect(sockets[1]?.sent).toHaveLength(1);
    link.stop();
  });

  it('does not come back to a terminal that is no more, nor after it was stopped', async () => {
    vi.useFakeTimers();
    const gone = setUp();
    gone.sockets[0]?.breaks(4404);
    const stopped = setUp();
    stopped.sockets[0]?.breaks(1006);
    stopped.link.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(gone.seen.at(-1)).toBe('gone');
    expect(gone.sockets).toHaveLength(1);
    expect(stopped.sockets).toHaveLength(1);
  });
});
