import type { Socket } from 'node:net';
import transport from '@nats-io/transport-node/lib/node_transport.js';

const guarded = new WeakSet<Socket>();
let isGuarding = false;

/**
 * Keeps a fault of a NATS connection that is already given up from ending the process: the client takes every listener off such
 * a socket, and what was written to it in the moment that the server died is still reported there, to nobody.
 */
export function guardNatsSockets(): void {
  if (isGuarding) return;
  isGuarding = true;
  const { prototype } = transport.NodeTransport;
  const setupHandlers = prototype.setupHandlers;
  prototype.setupHandlers = function (this: typeof prototype): void {
    setupHandlers.call(this);
    guard(this.socket);
  };
}

function guard(socket: Socket): void {
  if (guarded.has(socket)) return;
  guarded.add(socket);
  const remove = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (event) => {
    remove(event);
    return socket.on('error', () => {});
  };
}
