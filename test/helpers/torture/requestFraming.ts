import type { TortureGroups } from './tortureCase.ts';

/** How the body of a request is framed. */
export const requestFraming: TortureGroups = {
  framing: {
    'a length': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello'],
      methods: ['POST'],
      expected: '200 POST /x hello, goes on',
    },
    'a length of nothing': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n'],
      methods: ['POST'],
      expected: '200 POST /x, goes on',
    },
    chunks: {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '200 POST /x hello, goes on',
    },
    'chunks of nothing': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '200 POST /x, goes on',
    },
    'chunks with extensions': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n0\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '200 POST /x hello, goes on',
    },
    'sizes in both cases and with zeros': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n000a\r\n0123456789\r\n0B\r\n01234567890\r\n00\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '200 POST /x 012345678901234567890, goes on',
    },
    trailers: {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '200 POST /x hi {X-Sum: 7}, goes on',
      nginx: '200 POST /x hi, goes on',
      because: 'trailers pass in both directions',
    },
    'the coding in capitals': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\ntransfer-encoding: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '200 POST /x hi, goes on',
    },
    'length and chunks': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '400, ends',
    },
    'chunks and length': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '400, ends',
    },
    'two lengths': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'the same length twice': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a list as length': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4, 4\r\n\r\nabcd'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a signed length': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: +4\r\n\r\nabcd'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a length below nothing': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a hexadecimal length': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x4\r\n\r\nabcd'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a length without a number': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length:\r\n\r\nabcd'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a length beyond 64 bits': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\nabcd'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a coding that is not known': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\nabcd'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: '501, ends',
      because: '400 for all that cannot be read',
    },
    'chunks not last': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: '501, ends',
      because: '400 for all that cannot be read',
    },
    'gzip, then chunks': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, goes on',
      nginx: '501, ends',
      because: 'the request itself could be read',
    },
    'chunks twice': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '400, ends',
    },
    'chunks behind a tab': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\tchunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '200 POST /x hi, goes on',
      nginx: '501, ends',
      because: 'a tab is a blank (RFC 9110, section 5.6.3)',
    },
    'a coding that looks like chunks': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: '501, ends',
      because: '400 for all that cannot be read',
    },
    'chunks behind a vertical tab': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: '501, ends',
      because: '400 for all that cannot be read',
    },
    'an underscore in the name': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
      ],
      methods: ['POST'],
      expected: '200 POST /x 0\r\n\r\n, goes on',
    },
    'a size that is no number': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a size below nothing': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a size with 0x': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a size beyond 64 bits': {
      steps: [
        'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhi\r\n',
      ],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a chunk longer than it says': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
    },
    'a bare newline behind a size': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: '200 POST /x hi, goes on',
      because: 'lines end in CRLF; whoever stands in front may see only those',
    },
    'a bare newline behind a chunk': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: '200 POST /x hi, goes on',
      because: 'lines end in CRLF; whoever stands in front may see only those',
    },
    'a trailer that is none': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n'],
      methods: ['POST'],
      expected: '400, ends',
      nginx: '200 POST /x, goes on',
      because: 'what is no header is refused',
    },
    'HTTP/1.0 with chunks': {
      steps: ['POST /svc/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'],
      methods: ['POST'],
      expected: '200 POST /x hi, ends',
      nginx: '400, ends',
      because: 'it is read, and the connection ends (RFC 9112, section 6.1)',
    },
    '300 KB': {
      steps: [`POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n${'b'.repeat(300000)}`],
      methods: ['POST'],
      expected: '200 POST /x 300000 bytes, goes on',
    },
    'a body in many pieces': {
      steps: ['POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-', 'Length: 6\r\n\r\n', 'ab', 'cd', 'ef'],
      methods: ['POST'],
      expected: '200 POST /x abcdef, goes on',
    },
  },
};
