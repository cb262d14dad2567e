import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { Logger } from '../../base/logger.ts';
import type { Connection } from './connection.ts';

/** Where a pod is reached from here. */
export interface PodAddress {
  host: string;
  port: number;
}

/**
 * Makes ports of pods reachable from outside the cluster: for each a port of this machine's loopback, and for each
 * connection to it a port-forward through the API server. In the cluster the pod's own address is used.
 */
export class Forwards {
  private readonly servers = new Map<string, { server: Server; sockets: Set<Socket>; address: Promise<PodAddress> }>();

  constructor(
    private readonly connection: Connection,
    private readonly logger: Logger,
  ) {}

  /** The address of a pod's port; the same one until {@link close}. */
  open(pod: string, ip: string, port: number): Promise<PodAddress> {
    if (this.connection.isInside) return Promise.resolve({ host: ip, port });
    const found = this.servers.get(pod);
    if (found) return found.address;
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      void this.carry(socket, pod, port);
    });
    const address = new Promise<PodAddress>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        resolve({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
      });
    });
    this.servers.set(pod, { server, sockets, address });
    return address;
  }

  private async carry(socket: Socket, pod: string, port: number): Promise<void> {
    const { portForward, namespace } = this.connection;
    socket.on('error', () => socket.destroy());
    // What the API server says when the pod does not take the connection.
    const problems = new Writable({
      write: (data: Buffer, _encoding, done) => {
        if (data.length > 0) {
          this.logger.debug('port-forward failed', { pod, reason: String(data) });
          socket.destroy();
        }
        done();
      },
    });
    try {
      const forward = await portForward.portForward(namespace, pod, [port], socket, problems, socket);
      const tunnel = typeof forward === 'function' ? forward() : forward;
      tunnel?.addEventListener('close', () => socket.end());
      tunnel?.addEventListener('error', () => socket.destroy());
      socket.on('close', () => tunnel?.close());
      if (socket.destroyed) tunnel?.close();
    } catch (error) {
      this.logger.debug('port-forward failed', { pod, reason: String((error as Error).message) });
      socket.destroy();
    }
  }

  /** No new connections to a pod; those that are open end with it. */
  close(pod: string): void {
    this.servers.get(pod)?.server.close();
    this.servers.delete(pod);
  }

  dispose(): void {
    for (const { server, sockets } of this.servers.values()) {
      server.close();
      for (const socket of sockets) socket.destroy();
    }
    this.servers.clear();
  }
}
