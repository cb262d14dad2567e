import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import { nearest } from '../project/nearest.ts';
import type { Registry, RegistryNode } from '../registry/registry.ts';
import type { ServiceStates } from './serviceStates.ts';

/** ms that a request waits for a service that is on its way. Longer than a restart, shorter than a person's patience. */
const HOLD_MS = 10_000;

/**
 * ms that a request whose connection was refused goes on trying while the service is said to be running: enough to learn
 * that the process has ended, short enough to be a prompt answer when it lives and does not listen.
 */
const REFUSED_HOLD_MS = 1000;

/** ms between two tries of a node that refused. */
const REFUSED_RETRY_MS = 100;

/** Requests that may wait at the same time; each keeps a socket open. Beyond it the answer comes at once. */
const MAX_HELD = 2000;

/** Collaborators of {@link NodeChoice}. */
export interface NodeChoiceOptions {
  registry: Registry;
  states: ServiceStates;
  clock: Clock;
  /** Default {@link HOLD_MS}. */
  holdMs?: number | undefined;
}

/** What a request has gone through on its way to a node; one for each request. */
export interface Search {
  readonly service: string;
  /** Ids of nodes that were tried and did not take the connection. */
  readonly refused: Set<string>;
  /** What the last node did that did not serve; `refused` is emptied for another round, this stays. */
  problem: 'refused' | MicroError | undefined;
  /** Monotonic ms when the search began. */
  readonly startedAt: number;
}

/** Chooses the node for a request, and lets the request wait while its service starts, builds or restarts. */
export class NodeChoice {
  private held = 0;
  private readonly holdMs: number;

  constructor(private readonly options: NodeChoiceOptions) {
    this.holdMs = options.holdMs ?? HOLD_MS;
  }

  /** Begins a search; its time limits count from now, however many nodes are tried. */
  begin(service: string): Search {
    return { service, refused: new Set(), problem: undefined, startedAt: this.options.clock.monotonic() };
  }

  /** Notes that a node did not take the connection, or broke it in the way that `problem` says. */
  refuse(search: Search, node: RegistryNode, problem: 'refused' | MicroError): void {
    search.refused.add(node.id);
    search.problem = problem;
  }

  /** A node that did not refuse, when there is one now. */
  chooseNow({ service, refused }: Search): RegistryNode | undefined {
    return this.options.registry.pick(service, refused);
  }

  /**
   * Resolves with a node that did not refuse, or undefined when `signal` aborts. Rejects with `gateway.no-service`,
   * `gateway.not-ready` or `gateway.upstream-failed`.
   */
  async choose(search: Search, signal: AbortSignal): Promise<RegistryNode | undefined> {
    const { registry, states, clock } = this.options;
    const { service, refused, startedAt } = search;
    let counted = false;
    try {
      for (;;) {
        if (signal.aborted) return undefined;
        const node = registry.pick(service, refused);
        if (node) return node;
        const state = states.state(service);
        if (!state && !search.problem) throw this.unknown(service);
        const waitedMs = clock.monotonic() - startedAt;
        const limitMs = state?.status === 'running' ? Math.min(REFUSED_HOLD_MS, this.holdMs) : this.holdMs;
        if (!state?.expected || state.takesNone || waitedMs >= limitMs || this.held >= MAX_HELD)
          throw this.failed(search);
        if (!counted) {
          counted = true;
          this.held++;
        }
        const leftMs = limitMs - waitedMs;
        await this.nextChance(service, refused.size > 0 ? Math.min(leftMs, REFUSED_RETRY_MS) : leftMs, signal);
        refused.clear();
      }
    } finally {
      if (counted) this.held--;
    }
  }

  /** Resolves when registry or state of the service changed, after `limitMs`, or when `signal` aborts. */
  private nextChance(service: string, limitMs: number, signal: AbortSignal): Promise<void> {
    const { registry, states, clock } = this.options;
    return new Promise((resolve) => {
      const waiting = new DisposableStore();
      const end = (): void => {
        waiting.dispose();
        resolve();
      };
      waiting.add(clock.setTimeout(end, limitMs));
      waiting.add(registry.onDidChange((change) => change.service.name === service && end()));
      waiting.add(states.onDidChange((change) => change.services.has(service) && end()));
      signal.addEventListener('abort', end, { once: true });
      waiting.add({ dispose: () => signal.removeEventListener('abort', end) });
    });
  }

  /** Whether there is a service of this name, up or not. */
  isKnown(service: string): boolean {
    return this.options.states.state(service) !== undefined || this.options.registry.get(service) !== undefined;
  }

  private unknown(service: string): MicroError {
    const registered = this.options.registry.list().map(({ name }) => name);
    // Those of the user first: he looks for one of them, and micro's own would fill the list.
    const names = new Set([...this.options.states.names().sort(), ...registered.sort()]);
    const near = nearest(service, names);
    return new MicroError('gateway.no-service', `there is no service "${service}"`, {
      details: { service },
      next: near ? `did you mean "${near}"?` : knownNames([...names]),
    });
  }

  private failed({ service, problem }: Search): MicroError {
    if (problem instanceof MicroError) return problem;
    const state = this.options.states.state(service);
    const words = state ? `${state.status}${state.reason ? `: ${state.reason}` : ''}` : 'not in the runtime';
    if (problem) {
      return new MicroError('gateway.upstream-failed', `service "${service}" refuses connections (${words})`, {
        details: { service, state: state?.status ?? 'unknown' },
        retryable: true,
        next: `look into its log: micro logs ${service}`,
      });
    }
    if (state?.takesNone) {
      return new MicroError('gateway.not-ready', `service "${service}" takes no requests: ${state.takesNone}`, {
        details: { service, state: state.status },
        next: 'one that takes some is a service with a port, see port and kind in micro.yaml',
      });
    }
    return new MicroError('gateway.not-ready', `service "${service}" has no ready instance (${words})`, {
      details: { service, state: state?.status ?? 'unknown' },
      retryable: true,
      next: state?.expected === false ? `start it: micro start ${service}` : `look into its log: micro logs ${service}`,
    });
  }
}

/** Names to choose from; a long list helps nobody. */
function knownNames(names: string[]): string {
  if (names.length === 0) return 'no service is known yet: open a project';
  const shown = names.slice(0, 10).join(', ');
  return `known services: ${shown}${names.length > 10 ? ', …' : ''}`;
}
