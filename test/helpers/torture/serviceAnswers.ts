import type { TortureGroups } from './tortureCase.ts';

/** What services answer. */
export const serviceAnswers: TortureGroups = {
  answers: {
    length: {
      steps: ['GET /svc/answer/length HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 hello, goes on',
    },
    chunks: {
      steps: ['GET /svc/answer/chunks HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 hello, goes on',
    },
    trailers: {
      steps: ['GET /svc/answer/trailers HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 hi {X-Sum: 7}, goes on',
      nginx: '200 hi, goes on',
      because: 'trailers pass in both directions',
    },
    close: {
      steps: ['GET /svc/answer/close HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 until the end, goes on',
    },
    old: {
      steps: ['GET /svc/answer/old HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 old style, goes on',
    },
    nothing: {
      steps: ['GET /svc/answer/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '204, goes on',
    },
    unchanged: {
      steps: ['GET /svc/answer/unchanged HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '304, goes on',
    },
    hints: {
      steps: ['GET /svc/answer/hints HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '103, 200 ok, goes on',
    },
    noReason: {
      steps: ['GET /svc/answer/noReason HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 ok, goes on',
    },
    strange: {
      steps: ['GET /svc/answer/strange HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '599 ok, goes on',
    },
    bare: {
      steps: ['GET /svc/answer/bare HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 ok, goes on',
    },
    cutLength: {
      steps: ['GET /svc/answer/cutLength HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 hello (cut off), ends',
    },
    cutChunks: {
      steps: ['GET /svc/answer/cutChunks HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 hello (cut off), ends',
    },
    silent: {
      steps: ['GET /svc/answer/silent HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '502, goes on',
    },
    otherProtocol: {
      steps: ['GET /svc/answer/otherProtocol HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '502, goes on',
      nginx: 'not HTTP: SSH-2.0-OpenSSH_9.2\r\nHTTP/1.1 , ends',
      because: 'what is no HTTP is not passed on',
    },
    both: {
      steps: ['GET /svc/answer/both HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '502, goes on',
      nginx: '200, goes on',
      because: 'such an answer could be read in two ways',
    },
    twoLengths: {
      steps: ['GET /svc/answer/twoLengths HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '502, goes on',
      nginx: '200 hello!, goes on',
      because: 'such an answer could be read in two ways',
    },
    badLength: {
      steps: ['GET /svc/answer/badLength HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '502, goes on',
      nginx: '200 hello, goes on',
      because: 'its end cannot be known',
    },
    badChunk: {
      steps: ['GET /svc/answer/badChunk HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: 'ends',
    },
    badHeader: {
      steps: ['GET /svc/answer/badHeader HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '502, goes on',
    },
    switches: {
      steps: ['GET /svc/answer/switches HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '502, goes on',
      nginx: '101, goes on',
      because: 'nobody has asked for it',
    },
    tooMuch: {
      steps: ['GET /svc/answer/tooMuch HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['GET'],
      expected: '200 ok, goes on',
    },
    HEAD: { steps: ['HEAD /svc/x HTTP/1.1\r\nHost: localhost\r\n\r\n'], methods: ['HEAD'], expected: '200, goes on' },
    'nothing to HEAD': {
      steps: ['HEAD /svc/answer/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['HEAD'],
      expected: '204, goes on',
    },
    'unchanged to HEAD': {
      steps: ['HEAD /svc/answer/unchanged HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      methods: ['HEAD'],
      expected: '304, goes on',
    },
    'early, while the body is still coming': {
      steps: [
        'POST /svc/answer/early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345',
        { until: 'early' },
        '67890',
      ],
      methods: ['POST'],
      expected: '413 early, goes on',
      nginx: '413 early, ends',
      because: 'the rest is read, and the connection goes on',
    },
  },
  expecting: {
    '100 Continue, and the body then': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
        { until: '100 Continue' },
        'body',
      ],
      methods: ['POST'],
      expected: '100, 200 POST /x body, goes on',
    },
    '100 Continue, and the body at once': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody'],
      methods: ['POST'],
      expected: '100, 200 POST /x body, goes on',
    },
    'something else': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: magic\r\n\r\nbody'],
      methods: ['POST'],
      expected: '417, goes on',
      nginx: '200 POST /x body, goes on',
      because: 'an expectation that nobody knows is refused (RFC 9110, section 10.1.1)',
    },
  },
};
