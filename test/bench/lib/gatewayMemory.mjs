import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import WebSocket from 'ws';
import { startGatewayServer } from './gatewayServer.mjs';

const UPLOAD_BYTES = 1024 ** 3;
const SOCKETS = 1000;

/** Memory of the server while 1,000 WebSockets are open, and during an upload of 1 GB. */
export async function memoryRows({ root, work, say }) {
  const { server, gateway } = await startGatewayServer(root, work);
  try {
    // While the server holds no memory of what was before, which it could give back meanwhile.
    const ofSockets = await socketRows(server, gateway);
    return [await uploadRow(server, gateway, say), ...ofSockets];
  } finally {
    await server.stop();
  }
}

/** Resident bytes of a process; 0 where there is no /proc. */
function residentBytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function uploadRow(server, gateway, say) {
  const chunk = Buffer.alloc(1024 * 1024, 'micro');
  const hash = createHash('sha1');
  const before = residentBytes(server.child.pid);
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, residentBytes(server.child.pid))), 20);
  const startedAt = performance.now();
  const answer = await new Promise((resolve, reject) => {
    const request = http.request(`${gateway.origin}/svc/upload`, { method: 'PUT' }, (response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    let sent = 0;
    const send = () => {
      while (sent < UPLOAD_BYTES) {
        sent += chunk.length;
        hash.update(chunk);
        if (!request.write(chunk)) return void request.once('drain', send);
      }
      request.end();
    };
    send();
  });
  clearInterval(watch);
  if (answer !== hash.digest('hex')) throw new Error('the upload arrived altered');
  say(`upload of 1 GB in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return { metric: 'upload of 1 GB: memory added at most', value: (most - before) / 1024 / 1024, unit: 'MB' };
}

async function socketRows(server, gateway) {
  const before = residentBytes(server.child.pid);
  const startedAt = performance.now();
  const sockets = [];
  for (let at = 0; at < SOCKETS; at += 50) {
    const opened = Array.from({ length: 50 }, () => {
      const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/svc/`);
      sockets.push(socket);
      return new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    });
    await Promise.all(opened);
  }
  const openedMs = performance.now() - startedAt;
  const echoed = sockets.map((socket) => new Promise((resolve) => socket.once('message', resolve)));
  for (const socket of sockets) socket.send('hello');
  await Promise.all(echoed);
  const memory = residentBytes(server.child.pid) - before;
  for (const socket of sockets) socket.terminate();
  return [
    { metric: '1,000 WebSockets: all open after', value: openedMs, unit: 'ms' },
    { metric: '1,000 WebSockets: memory each', value: memory / SOCKETS / 1024, unit: 'kB' },
  ];
}
