import net from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a port of this machine that can be cut and mended, as a network between two machines can. */
export interface CutProxy {
  port: number;
  cut(): void;
  mend(): void;
}

/** Opens one; it ends with the test. While it is cut, what comes is taken and never answered. */
export async function startCutProxy(target: number): Promise<CutProxy> {
  const sockets = new Set<net.Socket>();
  let isCut = false;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    if (isCut) return;
    const other = net.connect(target, '127.0.0.1');
    sockets.add(other);
    other.on('close', () => sockets.delete(other));
    other.on('error', () => socket.destroy());
    socket.on('close', () => other.destroy());
    other.on('end', () => socket.end());
    socket.on('data', (data) => {
      if (!isCut) other.write(data);
    });
    other.on('data', (data) => {
      if (!isCut) socket.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      // What was lost on the way is lost: both sides have to begin anew.
      for (const socket of sockets) socket.destroy();
    },
  };
}
