import http2 from 'node:http2';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Registry, RegistryNode } from '../registry/registry.ts';
import { CONNECT_TIMEOUT_MS } from './limits.ts';

/** Bytes that a service may send ahead of what is read, per stream and per connection. The default of 64 KB is slow for large messages. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const SESSION_WINDOW_BYTES = 8 * 1024 * 1024;

/** A connection in HTTP/2 to a node, shared by all calls. */
export interface UpstreamSession {
  readonly session: http2.ClientHttp2Session;
  /** Whether the other side has said anything in HTTP/2: one that speaks HTTP/1.1 never does. */
  speaksHttp2: boolean;
}

interface Entry {
  service: string;
  address: string;
  port: number;
  opened: Promise<UpstreamSession>;
  session: http2.ClientHttp2Session;
}

/** The HTTP/2 connections to services (gRPC), one for each node, closed when the node leaves the registry. */
export class UpstreamSessions implements Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly subscription: Disposable;

  constructor(
    registry: Registry,
    private readonly clock: Clock,
    private readonly ownPorts?: Set<number>,
  ) {
    this.subscription = registry.onDidChange(({ action, service }) => {
      const nodes = action === 'delete' ? [] : service.nodes;
      for (const [id, entry] of this.entries) {
        if (entry.service !== service.name) continue;
        const same = nodes.some((node) => node.id === id && node.address === entry.address && node.port === entry.port);
        if (!same) this.drop(id, entry);
      }
    });
  }

  /** A connection that is open; rejects when the node refuses it. */
  async open(service: string, node: RegistryNode): Promise<UpstreamSession> {
    const known = this.entries.get(node.id);
    if (known && known.port === node.port && known.address === node.address) {
      const { session } = known;
      if (!session.closed && !session.destroyed) return known.opened;
    }
    return this.connect(service, node);
  }

  dispose(): void {
    this.subscription.dispose();
    for (const { session } of this.entries.values()) session.destroy();
    this.entries.clear();
  }

  private connect(service: string, node: RegistryNode): Promise<UpstreamSession> {
    const host = node.address.includes(':') ? `[${node.address}]` : node.address;
    const session = http2.connect(`http://${host}:${node.port}`, {
      settings: { initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
    });
    const opened = new Promise<UpstreamSession>((resolve, reject) => {
      const upstream: UpstreamSession = { session, speaksHttp2: false };
      const tooLong = this.clock.setTimeout(() => session.destroy(new Error('no connection')), CONNECT_TIMEOUT_MS);
      session.once('remoteSettings', () => {
        upstream.speaksHttp2 = true;
      });
      session.once('connect', () => {
        tooLong.dispose();
        this.note(session);
        session.setLocalWindowSize(SESSION_WINDOW_BYTES);
        resolve(upstream);
      });
      // Each stream tells its own error; without a listener this one would end the process.
      session.on('error', reject);
      session.once('close', () => {
        tooLong.dispose();
        reject(new Error('closed'));
        if (this.entries.get(node.id)?.session === session) this.entries.delete(node.id);
      });
    });
    opened.catch(() => {});
    this.entries.set(node.id, { service, address: node.address, port: node.port, opened, session });
    return opened;
  }

  /** Keeps the local port of a connection while it is open. */
  private note(session: http2.ClientHttp2Session): void {
    const { localPort } = session.socket;
    if (!this.ownPorts || localPort === undefined) return;
    this.ownPorts.add(localPort);
    session.once('close', () => this.ownPorts?.delete(localPort));
  }

  /** Calls under way go on to their end. */
  private drop(id: string, entry: Entry): void {
    this.entries.delete(id);
    entry.session.close();
  }
}
