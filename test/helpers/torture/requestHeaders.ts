import type { TortureGroups } from './tortureCase.ts';

/** Headers, and several requests on one connection. */
export const requestHeaders: TortureGroups = {
  headers: {
    'order and spelling': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-b: 1\r\nx-A: 2\r\nX-B: 3\r\n\r\n'],
      methods: ['GET'],
      expected: '200 GET /x X-b=1 x-A=2 X-B=3, goes on',
    },
    'an empty value': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A:\r\n\r\n'],
      methods: ['GET'],
      expected: '200 GET /x X-A=, goes on',
    },
    'blanks around a value': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A:   a b \t\r\n\r\n'],
      methods: ['GET'],
      expected: '200 GET /x X-A=a b, goes on',
    },
    'bytes beyond ASCII': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: \xe9\r\n\r\n'],
      methods: ['GET'],
      expected: '200 GET /x X-A=é, goes on',
    },
    'what Connection names': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-A: 1\r\n\r\n'],
      methods: ['GET'],
      expected: '200 GET /x X-A=1, goes on',
      nginx: '200 GET /x X-Hop=1 X-A=1, goes on',
      because: 'such headers end here (RFC 9110, section 7.6.1)',
    },
    'a folded line': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n 2\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
    },
    'a blank before the colon': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A : 1\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
    },
    'no name': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\n: 1\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
    },
    'no colon': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nnothing\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
      nginx: '200 GET /x, goes on',
      because: 'what is no header is refused',
    },
    'a blank in the name': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX A: 1\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
    },
    'a NUL': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
    },
    'a bare return': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: a\rX-B: b\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
    },
    'a bare newline': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: a\nX-B: b\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
      nginx: '200 GET /x X-A=a X-B=b, goes on',
      because: 'lines end in CRLF; whoever stands in front may see only those',
    },
    'another control character': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: a\x01b\r\n\r\n'],
      methods: ['GET'],
      expected: '400, ends',
      nginx: '400, goes on',
      because: 'after what cannot be read nothing is read',
    },
    'bare newlines only': {
      steps: ['GET /svc/x HTTP/1.1\nHost: localhost\n\n'],
      methods: ['GET'],
      expected: '400, ends',
      nginx: '200 GET /x, goes on',
      because: 'lines end in CRLF; whoever stands in front may see only those',
    },
    '50 KB in one': {
      steps: [`GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(50000)}\r\n\r\n`],
      methods: ['GET'],
      expected: '200 GET /x X-A=50000 bytes, goes on',
    },
    '100 KB in one': {
      steps: [`GET /svc/x HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(100000)}\r\n\r\n`],
      methods: ['GET'],
      expected: '431, ends',
      nginx: '400, ends',
      because: '431 says more',
    },
    '3,000 and one that counts': {
      steps: [`GET /svc/x HTTP/1.1\r\nHost: localhost\r\n${'A: 1\r\n'.repeat(3000)}X-Last: 1\r\n\r\n`],
      methods: ['GET'],
      expected: '200 GET /x X-Last=1, goes on',
      nginx: '400, ends',
      because: 'the bytes are limited, not the number',
    },
  },
  pipelining: {
    'three at once': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /svc/2 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'GET', 'GET'],
      expected: '200 GET /1, 200 GET /2, 200 GET /3, goes on',
    },
    'a body between': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /svc/2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhiGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'POST', 'GET'],
      expected: '200 GET /1, 200 POST /2 hi, 200 GET /3, goes on',
    },
    'chunks between': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /svc/2 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'POST', 'GET'],
      expected: '200 GET /1, 200 POST /2 hi, 200 GET /3, goes on',
    },
    'HEAD between': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /svc/2 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'HEAD', 'GET'],
      expected: '200 GET /1, 200, 200 GET /3, goes on',
    },
    'an error between': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /other/2 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'GET', 'GET'],
      expected: '200 GET /1, 404, 200 GET /3, goes on',
    },
    'a broken answer between': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /svc/answer/silent HTTP/1.1\r\nHost: localhost\r\n\r\nGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'GET', 'GET'],
      expected: '200 GET /1, 502, 200 GET /3, goes on',
    },
    'the end asked for between': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /svc/2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\nGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'GET', 'GET'],
      expected: '200 GET /1, 200 GET /2, ends',
    },
    'nonsense between': {
      steps: [
        'GET /svc/1 HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n\r\nGET /svc/3 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ],
      methods: ['GET', 'GET', 'GET'],
      expected: '200 GET /1, 400, ends',
    },
  },
  ends: {
    'the client ends its side within the head': {
      steps: ['GET /svc/x HT', 'END'],
      methods: ['GET'],
      expected: '400, ends',
      nginx: 'ends',
      because: 'a client that still listens is told',
    },
    'the client ends its side within the body': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345', 'END'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: 'ends',
      because: 'a client that still listens is told',
    },
    'the client ends its side after an answer': {
      steps: ['GET /svc/x HTTP/1.1\r\nHost: localhost\r\n\r\n', { until: 'GET /x' }, 'END'],
      methods: ['GET'],
      expected: '200 GET /x, ends',
    },
  },
};
