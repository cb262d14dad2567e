import { createHash } from 'node:crypto';
import http from 'node:http';
import { WebSocketServer } from 'ws';

/**
 * The service that is called, as a process of its own: answers GET with a small JSON document, PUT with the hash of what
 * came, and echoes on WebSockets. Prints its port, or listens on PORT when it is set.
 */
const BODY = JSON.stringify({ id: 7, name: 'a small answer', tags: ['one', 'two', 'three'], price: 12.5 });

const server = http.createServer((request, response) => {
  if (request.method !== 'PUT') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length });
    response.end(BODY);
    return;
  }
  const hash = createHash('sha1');
  request.on('data', (chunk) => hash.update(chunk));
  request.on('end', () => response.end(hash.digest('hex')));
});
server.keepAliveTimeout = 60_000;
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.on('SIGTERM', () => process.exit(0));
