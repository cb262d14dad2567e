import net from 'node:net';

/**
 * A load generator as a process of its own: `node loadClient.mjs PORT PATH CONNECTIONS SECONDS`. Each connection sends one
 * request after the other and waits for its answer; it prints requests a second and latencies as JSON. Raw sockets, so
 * that the client takes as little of the machine as can be.
 */
const [port, path, connections, seconds] = process.argv.slice(2);
const REQUEST = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n\r\n`);
/**
 * ms at the beginning that do not count: connections open, code gets compiled, and a proxy whose turn was half a minute ago
 * gets its memory back from a system that had taken it for unused.
 */
const WARM_UP_MS = 1500;

const latencies = [];
let counting = false;
let stopped = false;
let failed = 0;
let all = 0;

function connect() {
  return new Promise((resolve) => {
    const socket = net.connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    let sentAt = 0;
    let heard = '';
    const send = () => {
      if (stopped) {
        socket.destroy();
        return;
      }
      heard = '';
      sentAt = performance.now();
      socket.write(REQUEST);
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      const head = heard.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = /content-length: *(\d+)/i.exec(heard);
      const complete = length
        ? heard.length >= head + 4 + Number(length[1])
        : /transfer-encoding: *chunked/i.test(heard) && heard.endsWith('0\r\n\r\n');
      if (!complete) return;
      if (!heard.startsWith('HTTP/1.1 200')) failed++;
      all++;
      if (counting) latencies.push(performance.now() - sentAt);
      send();
    });
    socket.on('error', () => failed++);
    socket.on('close', resolve);
  });
}

const open = Array.from({ length: Number(connections) }, connect);
setTimeout(() => (counting = true), WARM_UP_MS);
setTimeout(
  async () => {
    stopped = true;
    latencies.sort((a, b) => a - b);
    const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
    process.stdout.write(
      JSON.stringify({ all, perSecond: latencies.length / Number(seconds), p50: at(0.5), p99: at(0.99), failed }),
    );
    process.exit(0);
  },
  WARM_UP_MS + Number(seconds) * 1000,
);
await Promise.all(open);
