import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Registry, RegistryNode } from '../registry/registry.ts';
import { UpstreamConnection } from './upstreamConnection.ts';

/**
 * ms that an idle connection is kept for requests that may be sent twice. Shorter than the 5 s after which servers of
 * Node, uvicorn and Apache close theirs; one that was closed all the same costs a second try.
 */
const SAFE_IDLE_MS = 4000;

/**
 * The same for requests that must not be sent twice (POST): a connection that the service closes while they are under way
 * would fail them. Half of the shortest limit that is a default anywhere (gunicorn, 2 s).
 */
const UNSAFE_IDLE_MS = 1000;

/**
 * Part of the longest time that idle connections to a service lived for, and of the shortest after which it closed one, for
 * which they serve requests that must not be sent twice. More of it meets those that the service is about to close.
 */
const SEEN_SHARE = 0.5;

/** ms; a shorter limit than this is none: a timer of the service that is late by as much is usual. */
const LEAST_UNSAFE_IDLE_MS = 20;

/** Part of the time that a service says it keeps idle connections (`Keep-Alive: timeout=5`) which is made use of. */
const HINT_SHARE = 0.8;

/** Idle connections kept to one node. Each is a descriptor on both sides; a burst that needs more opens new ones. */
const MAX_IDLE = 256;

/** ms between two looks for connections that have been idle for too long. */
const SWEEP_MS = 500;

interface Pool {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  /** The one that was used last is the last. */
  readonly idle: UpstreamConnection[];
  readonly all: Set<UpstreamConnection>;
  /** ms that an idle connection has lived for, the longest one. */
  livedMs: number;
  /** ms of being idle after which the service closed a connection, the shortest that was seen. */
  closedMs: number;
  retired: boolean;
}

/** The connections to services: kept alive per node, and given up as soon as the node leaves the registry. */
export class Upstreams implements Disposable {
  private readonly pools = new Map<string, Pool>();
  private readonly poolOf = new WeakMap<UpstreamConnection, Pool>();
  private readonly subscription: Disposable;
  private sweeper: Disposable | undefined;

  constructor(
    registry: Registry,
    private readonly clock: Clock,
  ) {
    this.subscription = registry.onDidChange(({ action, service }) => {
      const nodes = action === 'delete' ? [] : service.nodes;
      for (const [id, pool] of this.pools) {
        if (pool.service !== service.name) continue;
        const same = nodes.some((node) => node.id === id && node.address === pool.address && node.port === pool.port);
        if (!same) this.drop(id, pool);
      }
    });
  }

  /** A connection for one request, idle or just being opened; `safe`: the request may be sent twice. */
  take(service: string, node: RegistryNode, safe: boolean): UpstreamConnection {
    const pool = this.poolFor(service, node);
    for (let known = pool.idle.pop(); known; known = pool.idle.pop()) {
      const idleMs = this.clock.monotonic() - known.idleSince;
      const limitMs = safe ? SAFE_IDLE_MS : unsafeIdleMs(pool, known);
      if (known.isUsable && idleMs < Math.min(limitMs, known.idleLimitMs)) {
        known.idledMs = idleMs;
        return known;
      }
      // For a request that may be sent twice it may do yet, and so may those below it.
      if (known.isUsable && !safe) {
        pool.idle.push(known);
        break;
      }
      known.destroy();
    }
    const connection = new UpstreamConnection(node.address, node.port, (closed) => this.forget(closed, pool));
    pool.all.add(connection);
    this.poolOf.set(connection, pool);
    return connection;
  }

  /** Gives a connection back whose request is done. */
  release(connection: UpstreamConnection): void {
    connection.end();
    const pool = this.poolOf.get(connection);
    if (!pool || pool.retired || !connection.isUsable || pool.idle.length >= MAX_IDLE) {
      connection.destroy();
      return;
    }
    connection.idleSince = this.clock.monotonic();
    connection.idleLimitMs = Math.min(SAFE_IDLE_MS, (connection.idleHintMs ?? SAFE_IDLE_MS) * HINT_SHARE);
    pool.idle.push(connection);
    this.sweeper ??= this.clock.setInterval(() => this.sweep(), SWEEP_MS);
  }

  /** Closes what is idle to a node: one of its connections turned out to be dead, so the others are likely to be. */
  closeIdle(nodeId: string): void {
    const pool = this.pools.get(nodeId);
    if (pool) closeAll(pool.idle.splice(0));
  }

  /** Ends every connection, requests under way included. */
  dispose(): void {
    this.subscription.dispose();
    this.sweeper?.dispose();
    for (const pool of this.pools.values()) {
      pool.retired = true;
      closeAll([...pool.all]);
    }
    this.pools.clear();
  }

  private poolFor(service: string, node: RegistryNode): Pool {
    const known = this.pools.get(node.id);
    if (known && known.address === node.address && known.port === node.port) return known;
    if (known) this.drop(node.id, known);
    const { address, port } = node;
    const pool: Pool = {
      service,
      address,
      port,
      idle: [],
      all: new Set(),
      livedMs: 0,
      closedMs: Infinity,
      retired: false,
    };
    this.pools.set(node.id, pool);
    return pool;
  }

  private forget(connection: UpstreamConnection, pool: Pool): void {
    pool.all.delete(connection);
    const at = pool.idle.indexOf(connection);
    if (at >= 0) pool.idle.splice(at, 1);
    if (!connection.wasClosedUnasked) return;
    const idleMs = at >= 0 ? this.clock.monotonic() - connection.idleSince : connection.idledMs;
    if (idleMs !== undefined) pool.closedMs = Math.min(pool.closedMs, idleMs);
  }

  /** Closes the idle connections now, and the others as soon as their request is done. */
  private drop(id: string, pool: Pool): void {
    this.pools.delete(id);
    pool.retired = true;
    closeAll(pool.idle.splice(0));
  }

  private sweep(): void {
    const now = this.clock.monotonic();
    let left = 0;
    for (const pool of this.pools.values()) {
      const kept: UpstreamConnection[] = [];
      for (const connection of pool.idle.splice(0)) {
        const idleMs = now - connection.idleSince;
        if (connection.isUsable) pool.livedMs = Math.max(pool.livedMs, idleMs);
        if (idleMs < connection.idleLimitMs) kept.push(connection);
        else connection.destroy();
      }
      pool.idle.push(...kept);
      left += kept.length;
    }
    if (left > 0) return;
    this.sweeper?.dispose();
    this.sweeper = undefined;
  }
}

/**
 * ms that a connection may have been idle to carry a request that must not be sent twice. What the service says about it
 * counts; of one that says nothing, what was seen: until its connections have lived for a while, each request gets its own.
 */
function unsafeIdleMs(pool: Pool, connection: UpstreamConnection): number {
  const livedMs = connection.idleHintMs === undefined ? pool.livedMs : Infinity;
  const limitMs = Math.min(UNSAFE_IDLE_MS, livedMs * SEEN_SHARE, pool.closedMs * SEEN_SHARE);
  return limitMs < LEAST_UNSAFE_IDLE_MS ? 0 : limitMs;
}

function closeAll(connections: readonly UpstreamConnection[]): void {
  for (const connection of connections) connection.destroy();
}
