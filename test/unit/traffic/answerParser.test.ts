import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnswerHead, InvalidAnswer } from '../../../electron/server/traffic/answerHead.ts';
import { AnswerParser } from '../../../electron/server/traffic/answerParser.ts';

interface Heard {
  interim: number[];
  head?: AnswerHead;
  body: string;
  trailers?: string[];
  /** Bytes behind the end. */
  extra: number;
  ended: boolean;
}

/** Reads an answer that comes in the given pieces and then ends. */
function read(pieces: readonly string[], isHead = false): Heard {
  const heard: Heard = { interim: [], body: '', extra: 0, ended: false };
  const parser = new AnswerParser(isHead, {
    handleInterim: (head) => heard.interim.push(head.status),
    handleHead: (head) => (heard.head = head),
    handleBody: (chunk) => (heard.body += chunk.toString('latin1')),
    handleEnd: (trailers) => (heard.trailers = trailers),
  });
  for (const piece of pieces) {
    if (parser.isDone) heard.extra += piece.length;
    else heard.extra += parser.push(Buffer.from(piece, 'latin1'));
  }
  heard.ended = parser.end();
  return heard;
}

const answers: Record<string, [string, Partial<Heard>]> = {
  'a length': ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', { body: 'hello', trailers: [], ended: true }],
  'a length of nothing': ['HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n', { body: '', trailers: [], ended: true }],
  chunks: [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;x="y"\r\nhello\r\n0c \r\n how are you\r\n0\r\nX-Sum: 1\r\nX-End:\r\n\r\n',
    { body: 'hello how are you', trailers: ['X-Sum', '1', 'X-End', ''], ended: true },
  ],
  'everything until the end': ['HTTP/1.0 200\r\n\r\nall of it', { body: 'all of it', trailers: [], ended: true }],
  'hints first': [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    { interim: [100, 103], body: '', trailers: [], ended: true },
  ],
  'a length cut off': ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello', { body: 'hello', ended: false }],
  'chunks cut off': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', { ended: false }],
  'a head cut off': ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n', { ended: false }],
  'bare newlines': ['HTTP/1.1 200 OK\nContent-Length: 2\n\nok', { body: 'ok', ended: true }],
  'bare newlines and an empty line of both': [
    'HTTP/1.1 200 OK\nContent-Length: 2\n\r\nok',
    { body: 'ok', ended: true },
  ],
  'more than an answer': ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!!', { body: 'ok', extra: 2, ended: true }],
  'no body with 304, whatever it says': [
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 44\r\n\r\n',
    { body: '', ended: true },
  ],
};

it.each(Object.entries(answers))('reads %s, however it is cut into pieces', (_, [text, expected]) => {
  expect(read([text])).toMatchObject(expected);
  expect(read([...text])).toMatchObject(expected);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: text.length }), { maxLength: 6 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
      expect(read(pieces.filter((piece) => piece !== ''))).toMatchObject(expected);
    }),
  );
});

it('the answer to HEAD has no body', () => {
  const heard = read(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'], true);
  expect(heard).toMatchObject({ body: '', trailers: [], ended: true });
  expect(heard.head?.keepsAlive).toBe(true);
});

it('says what the head says about the connection', () => {
  const head = (text: string): AnswerHead | undefined => read([`${text}\r\nContent-Length: 0\r\n\r\n`]).head;
  expect(head('HTTP/1.1 200 OK')).toMatchObject({ keepsAlive: true, connection: undefined, idleMs: undefined });
  expect(head('HTTP/1.1 200 OK\r\nConnection: Close')).toMatchObject({ keepsAlive: false, connection: 'close' });
  expect(head('HTTP/1.1 200 OK\r\nConnection: X-A\r\nConnection: close')).toMatchObject({ keepsAlive: false });
  expect(head('HTTP/1.0 200 OK')).toMatchObject({ keepsAlive: false });
  expect(head('HTTP/1.0 200 OK\r\nConnection: keep-alive')).toMatchObject({ keepsAlive: true });
  expect(head('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=9')).toMatchObject({ idleMs: 5000 });
  expect(head('HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream\r\naccess-control-allow-origin: *')).toMatchObject({
    contentType: 'text/event-stream',
    namesOrigin: true,
    headers: ['Content-Type', 'Text/Event-Stream', 'access-control-allow-origin', '*', 'Content-Length', '0'],
  });
});

it.each(
  Object.entries({
    'another protocol': 'SSH-2.0-OpenSSH_9.2\r\n',
    'a status line without a status': 'HTTP/1.1 OK\r\n\r\n',
    'HTTP/2 in the clear': 'HTTP/2 200\r\n\r\n',
    'a length and chunks': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n',
    'a list as length': 'HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n',
    'a signed length': 'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n',
    'another coding': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
    'chunked twice': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
    'a folded header': 'HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n',
    'a blank before the colon': 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n',
    'a header without a colon': 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n',
    'a NUL in a value': 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n',
    'a return within a value': 'HTTP/1.1 200 OK\r\nX-A: a\rX-B: b\r\n\r\n',
    'a size of a chunk that is no number': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n',
    'a chunk longer than it says': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n',
    'a switch of protocols': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'a head without an end': `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(70_000)}`,
    'a size line without an end': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;${'a'.repeat(5000)}`,
  }),
)('refuses %s', (_, text) => {
  expect(() => read([text])).toThrow(InvalidAnswer);
  expect(() => read([...text.slice(0, 200), text.slice(200)].filter(Boolean))).toThrow(InvalidAnswer);
});

it('whatever bytes come, it says what is wrong or waits for more', () => {
  const start = fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (head, bytes) => {
      try {
        read([head, Buffer.from(bytes).toString('latin1')].filter(Boolean));
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidAnswer);
      }
    }),
  );
});
