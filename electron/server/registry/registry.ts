import type { Event } from '../base/event.ts';

/** One place where a service can be reached. */
export interface RegistryNode {
  id: string;
  /** Host, without port. */
  address: string;
  port: number;
  metadata: Record<string, string>;
}

/** A type as micro describes it: a name, the type in Go's words, and the members of a struct. */
export interface RegistryValue {
  name: string;
  type: string;
  values: RegistryValue[];
}

/** What a service offers under one name, in micro's shape. */
export interface RegistryEndpoint {
  name: string;
  request?: RegistryValue | undefined;
  response?: RegistryValue | undefined;
  metadata: Record<string, string>;
}

/** A service as known now: the nodes that are ready, and its endpoints. */
export interface RegistryService {
  name: string;
  version: string;
  metadata: Record<string, string>;
  nodes: RegistryNode[];
  endpoints: RegistryEndpoint[];
}

/** What a service says of itself. */
export interface RegistryDescription {
  metadata: Record<string, string>;
  endpoints: RegistryEndpoint[];
}

/** What changed, in micro's words. */
export interface RegistryChange {
  /** `create`: the first node came; `update`: a node came, went or changed; `delete`: the last node went. */
  action: 'create' | 'update' | 'delete';
  /** The service after the change; with `delete`, as it was with its last node. */
  service: RegistryService;
  /** ms since 1970. */
  at: number;
}

/** `kind` in the metadata of a service that is part of micro itself. */
export const CORE_KIND = 'core';

/** Who is up, at which address, offering which endpoints. */
export interface Registry {
  readonly onDidChange: Event<RegistryChange>;
  /** Every service that has a node, sorted by name. */
  list(): RegistryService[];
  get(name: string): RegistryService | undefined;
  /** Whether a name stands for a service of micro itself; one of the user with the same name comes first. */
  isCore(name: string): boolean;
  /**
   * Adds or replaces the node with this id. With `ttlSeconds` it is dropped unless it is registered again in that time;
   * without, it stays until it is deregistered.
   */
  register(
    service: { name: string; version: string; metadata?: Record<string, string>; endpoints?: RegistryEndpoint[] },
    node: RegistryNode,
    ttlSeconds?: number,
  ): void;
  /**
   * What the node with this id says that its service offers; whoever starts the node registers it, before or after. Kept for a
   * node that is not there yet.
   */
  describe(name: string, nodeId: string, description: RegistryDescription): void;
  deregister(name: string, nodeId: string): void;
  /**
   * The next node of a service in turn (round robin), or undefined when it has none. Nodes whose id is in `except` are
   * passed over: they were tried and refused.
   */
  pick(name: string, except?: ReadonlySet<string>): RegistryNode | undefined;
  /** Resolves with a node as soon as there is one, or undefined when `signal` aborts first. */
  waitForNode(name: string, signal: AbortSignal): Promise<RegistryNode | undefined>;
}
