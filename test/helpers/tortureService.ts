import http from 'node:http';

// The connection is of no more use behind them, which is said, so that nobody sends another request into its end.
const HEAD = 'X-From-Service: 1\r\nConnection: close\r\n';

/** Answers, byte for byte, that `/answer/<name>` gets; the connection ends where `` stands. */
const ANSWERS: Record<string, string> = {
  length: `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: 5\r\n\r\nhello`,
  chunks: `HTTP/1.1 200 OK\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`,
  trailers: `HTTP/1.1 200 OK\r\n${HEAD}Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n`,
  close: `HTTP/1.1 200 OK\r\n${HEAD}\r\nuntil the end`,
  old: `HTTP/1.0 200 OK\r\n${HEAD}\r\nold style`,
  nothing: `HTTP/1.1 204 No Content\r\n${HEAD}\r\n`,
  unchanged: `HTTP/1.1 304 Not Modified\r\n${HEAD}Content-Length: 44\r\nETag: "a"\r\n\r\n`,
  hints: `HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n${HEAD}Content-Length: 2\r\n\r\nok`,
  noReason: `HTTP/1.1 200\r\n${HEAD}Content-Length: 2\r\n\r\nok`,
  strange: `HTTP/1.1 599 Whatever\r\n${HEAD}Content-Length: 2\r\n\r\nok`,
  bare: `HTTP/1.1 200 OK\n${HEAD.replaceAll('\r', '')}Content-Length: 2\n\nok`,
  cutLength: `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: 50\r\n\r\nhello`,
  cutChunks: `HTTP/1.1 200 OK\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
  silent: '',
  otherProtocol: 'SSH-2.0-OpenSSH_9.2\r\n',
  both: `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  twoLengths: `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
  badLength: `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: five\r\n\r\nhello`,
  badChunk: `HTTP/1.1 200 OK\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello`,
  badHeader: `HTTP/1.1 200 OK\r\n${HEAD}no colon\r\nContent-Length: 2\r\n\r\nok`,
  switches: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  tooMuch: `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: 2\r\n\r\nok and more`,
  early: `HTTP/1.1 413 Too Large\r\n${HEAD}Content-Length: 5\r\n\r\nearly`,
};

/**
 * A service that says what it got (method, target without `/svc`, body, `X-` headers, trailers), or gives one of the
 * answers above.
 */
export function tortureService(): http.Server {
  const options = { maxHeaderSize: 128 * 1024, keepAliveTimeout: 60_000 };
  const server = http.createServer(options, (request, response) => {
    const target = (request.url ?? '').replace(/^\/svc(?=\/|\?|$)/, '');
    const answer = ANSWERS[/^\/answer\/(\w+)/.exec(target)?.[1] ?? ''];
    if (answer !== undefined) {
      request.socket.end(Buffer.from(answer, 'latin1'));
      return;
    }
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const said = [`${request.method} ${target || '/'}`];
      if (body) said.push(body.length > 40 ? `${body.length} bytes` : body);
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        const name = request.rawHeaders[i] as string;
        const value = request.rawHeaders[i + 1] as string;
        if (!/^x-(?!forwarded)/i.test(name)) continue;
        said.push(`${name}=${value.length > 40 ? `${value.length} bytes` : value}`);
      }
      if (request.rawTrailers.length > 0) said.push(`{${request.rawTrailers.join(': ')}}`);
      const text = Buffer.from(said.join(' '), 'latin1');
      response.writeHead(200, { 'X-From-Service': '1', 'Content-Length': text.length });
      response.end(text);
    });
  });
  server.maxHeadersCount = 0;
  server.on('checkContinue', (request, response) => {
    if (request.url?.endsWith('/refuse')) {
      response.writeHead(417, { 'X-From-Service': '1', 'Content-Length': 2 }).end('no');
      return;
    }
    response.writeContinue();
    server.emit('request', request, response);
  });
  return server;
}
