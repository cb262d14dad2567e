import type { TortureGroups } from './tortureCase.ts';

const head = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
const offer = ['Connection: Upgrade', 'Upgrade: x/1'];
const webSocket = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: YQ=='];

/** Requests that ask for another protocol, of a service that knows none. */
export const upgrades: TortureGroups = {
  upgrades: {
    'with a body of a length': {
      steps: [`${head('POST /svc/x', ...offer, 'Content-Length: 5')}hello`],
      methods: ['POST'],
      expected: '200 POST /x hello, goes on',
    },
    'with chunks': {
      steps: [`${head('POST /svc/x', ...offer, 'Transfer-Encoding: chunked')}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`],
      methods: ['POST'],
      expected: '200 POST /x hello, goes on',
    },
    'with a body that comes late': {
      steps: [head('PUT /svc/x', ...offer, 'Content-Length: 6'), 'abc', 'def'],
      methods: ['PUT'],
      expected: '200 PUT /x abcdef, goes on',
    },
    'with 300 KB': {
      steps: [`${head('POST /svc/x', ...offer, 'Content-Length: 300000')}${'b'.repeat(300000)}`],
      methods: ['POST'],
      expected: '200 POST /x 300000 bytes, goes on',
    },
    'with a body that the service is asked for': {
      steps: [head('POST /svc/x', ...offer, 'Content-Length: 5', 'Expect: 100-continue'), { until: ' 100 ' }, 'hello'],
      methods: ['POST'],
      expected: '100, 200 POST /x hello, goes on',
    },
    'to a WebSocket with a body': {
      steps: [`${head('GET /svc/x', ...webSocket, 'Content-Length: 5')}hello`],
      methods: ['GET'],
      expected: '200 GET /x hello, goes on',
    },
    'to h2c with a body': {
      steps: [
        `${head('POST /svc/x', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk', 'Content-Length: 5')}hello`,
      ],
      methods: ['POST'],
      expected: '200 POST /x hello, goes on',
    },
    'with a body, another request behind it': {
      steps: [`${head('POST /svc/x', ...offer, 'Content-Length: 5')}hello${head('GET /svc/y')}`],
      methods: ['POST', 'GET'],
      expected: '200 POST /x hello, 200 GET /y, goes on',
    },
    'with a body, another request before it': {
      steps: [`${head('GET /svc/y')}${head('POST /svc/x', ...offer, 'Content-Length: 5')}hello`],
      methods: ['GET', 'POST'],
      expected: '200 GET /y, 200 POST /x hello, goes on',
    },
    'one after another': {
      steps: Array.from({ length: 12 }, () => `${head('POST /svc/x', ...offer, 'Content-Length: 5')}hello`),
      methods: Array.from({ length: 12 }, () => 'POST'),
      expected: `${'200 POST /x hello, '.repeat(12)}goes on`,
    },
    'with a body, and the end of the connection': {
      steps: [`${head('POST /svc/x', 'Connection: Upgrade, close', 'Upgrade: x/1', 'Content-Length: 5')}hello`],
      methods: ['POST'],
      expected: '200 POST /x hello, ends',
    },
    'with a body and a header of the connection': {
      steps: [
        `${head('POST /svc/x', 'Connection: X-Hop, Upgrade', 'X-Hop: 1', 'X-End: 2', 'Upgrade: x/1', 'Content-Length: 5')}hello`,
      ],
      methods: ['POST'],
      expected: '200 POST /x hello X-End=2, goes on',
      nginx: '200 POST /x hello X-Hop=1 X-End=2, goes on',
      because: 'what Connection names is about one connection (RFC 9110, section 7.6.1)',
    },
    'with a body that is cut off': {
      steps: [`${head('POST /svc/x', ...offer, 'Content-Length: 50')}hello`, 'END'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: 'ends',
      because: 'a client that still listens is told',
    },
    'without a body': {
      steps: [head('GET /svc/x', ...offer)],
      methods: ['GET'],
      expected: '200 GET /x, ends',
      nginx: '200 GET /x, goes on',
      because: "the service may take the connection, which is nobody else's then",
    },
    'without a body, another request before it': {
      steps: [`${head('GET /svc/y')}${head('GET /svc/x', ...offer)}`],
      methods: ['GET', 'GET'],
      expected: '200 GET /y, 200 GET /x, ends',
      nginx: '200 GET /y, 200 GET /x, goes on',
      because: "the service may take the connection, which is nobody else's then",
    },
    'in HTTP/1.0': {
      steps: ['GET /svc/x HTTP/1.0\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x/1\r\n\r\n'],
      methods: ['GET'],
      expected: '200 GET /x, ends',
    },
    'named, but not of the connection': {
      steps: [`${head('POST /svc/x', 'Upgrade: x/1', 'Content-Length: 5')}hello`],
      methods: ['POST'],
      expected: '200 POST /x hello, goes on',
    },
  },
};
