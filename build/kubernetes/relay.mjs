import { rmSync } from 'node:fs';
import net from 'node:net';

/**
 * Carries TCP connections between two network namespaces through a socket file, which both see. As a program
 * (`node relay.mjs FROM TO`) it runs in one of them; each of FROM and TO is `host:port` or the path of a socket file.
 */
export function relay(from, to) {
  if (from.startsWith('/')) rmSync(from, { force: true });
  const server = net.createServer((near) => {
    const far = net.connect(place(to));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      socket.on('error', () => {
        near.destroy();
        far.destroy();
      });
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place(from), () => resolve(server));
  });
}

function place(text) {
  if (text.startsWith('/')) return { path: text };
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

if (process.argv[1]?.endsWith('relay.mjs')) {
  const [from, to] = process.argv.slice(2);
  await relay(from, to);
}
