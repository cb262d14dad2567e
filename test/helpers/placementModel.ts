import { LeaseCertainty } from '../../electron/server/host/leaseCertainty.ts';
import { KILL_BEFORE_MS, stepsOf } from '../../electron/server/placement/placementRules.ts';

/** ms that a lease lasts, and between two renewals, as the real ones. */
const LEASE_MS = 10_000;
const RENEW_MS = LEASE_MS / 3;
/** ms between two looks of a server. */
const LOOK_MS = 250;
/** ms of a step of the model. */
const STEP_MS = 50;

/** A server of the model. */
interface ModelServer {
  id: string;
  /** Counts its starts: another start is another server to the others. */
  life: number;
  up: boolean;
  /** Cut off from the registry. */
  cut: boolean;
  /** It stands still: its services go on, and only its guardian acts. */
  hung: boolean;
  certainty: LeaseCertainty | undefined;
  renewAt: number;
  lookAt: number;
  running: Map<string, { endsAt: number | undefined }>;
  /** The guardian ends what runs at this moment. */
  guardUntil: number;
  asking: Map<string, number>;
}

/** What can happen to a server. */
export type ModelEvent = 'start' | 'kill' | 'cut' | 'mend' | 'hang' | 'wake';

/**
 * Servers, their guardians and a registry with leases, with delays on the way, driven by the real rules and the real certainty
 * of leases. Only the processes and the network are made up. Times are ms.
 */
export class PlacementModel {
  now = 0;
  /** What broke the promise that a project runs once at most. */
  readonly problems: string[] = [];
  private readonly claims = new Map<string, string>();
  /** When the registry takes a server's keys out. */
  private readonly leases = new Map<string, number>();
  private readonly servers: ModelServer[];

  /** `delayMs`: how long a message takes one way; `graceMs`: how long a service takes to stop when it is asked to. */
  constructor(
    names: readonly string[],
    private readonly projects: readonly string[],
    private readonly delayMs: () => number,
    private readonly graceMs: () => number,
  ) {
    this.servers = names.map((id) => ({
      id,
      life: 0,
      up: false,
      cut: false,
      hung: false,
      certainty: undefined,
      renewAt: 0,
      lookAt: 0,
      running: new Map(),
      guardUntil: Number.POSITIVE_INFINITY,
      asking: new Map(),
    }));
  }

  happen(index: number, event: ModelEvent): void {
    const server = this.servers[index % this.servers.length] as ModelServer;
    if (event === 'cut' || event === 'mend') server.cut = event === 'cut';
    else if (event === 'hang' || event === 'wake') server.hung = event === 'hang' && server.up;
    else if (event === 'start' && !server.up) {
      server.life += 1;
      server.up = true;
      server.certainty = undefined;
      // What the one before left is ended at the start.
      server.running.clear();
      server.guardUntil = Number.POSITIVE_INFINITY;
      server.asking.clear();
    } else if (event === 'kill') {
      server.up = false;
      server.hung = false;
    }
  }

  /** Lets time pass. */
  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += STEP_MS;
      this.step();
    }
  }

  /** How many servers run a project. */
  runnersOf(project: string): string[] {
    return this.servers.filter((server) => server.running.has(project)).map(({ id }) => id);
  }

  private step(): void {
    for (const [server, until] of this.leases) {
      if (this.now < until) continue;
      this.leases.delete(server);
      for (const [project, owner] of this.claims) if (owner === server) this.claims.delete(project);
    }
    for (const server of this.servers) this.live(server);
    for (const project of this.projects) {
      const runners = this.runnersOf(project);
      if (runners.length > 1) this.problems.push(`${this.now}: ${project} runs on ${runners.join(' and ')}`);
    }
  }

  private live(server: ModelServer): void {
    if (this.now >= server.guardUntil) {
      server.running.clear();
      server.guardUntil = Number.POSITIVE_INFINITY;
    }
    if (!server.up || server.hung) return;
    for (const [project, { endsAt }] of server.running)
      if (endsAt !== undefined && this.now >= endsAt) server.running.delete(project);
    this.renew(server);
    if (this.now < server.lookAt) return;
    server.lookAt = this.now + LOOK_MS;
    this.look(server);
  }

  private idOf(server: ModelServer): string {
    return `${server.id}#${server.life}`;
  }

  private renew(server: ModelServer): void {
    if (server.cut || this.now < server.renewAt) return;
    server.renewAt = this.now + RENEW_MS;
    const id = this.idOf(server);
    // It arrives later than it was asked for, and the registry counts from then on.
    this.leases.set(id, this.now + this.delayMs() + LEASE_MS);
    if (server.certainty && this.now < server.certainty.until) {
      server.certainty.ask(this.now);
      server.certainty.confirm();
    } else server.certainty = new LeaseCertainty(LEASE_MS, this.now);
  }

  private look(server: ModelServer): void {
    const self = this.idOf(server);
    const certainUntil = server.certainty?.until ?? Number.NEGATIVE_INFINITY;
    const steps = stepsOf({
      self,
      servers: [...this.leases.keys()],
      // Cut off, it believes what it saw last: that it has what it runs.
      claims: server.cut ? new Map([...server.running.keys()].map((project) => [project, self])) : this.claims,
      projects: this.projects,
      running: new Set(server.running.keys()),
      now: this.now,
      certainUntil,
      joined: !server.cut,
      leaving: false,
    });
    for (const step of steps) {
      if (step.type === 'take') server.running.set(step.project, { endsAt: undefined });
      else if (step.type === 'letGo') {
        const run = server.running.get(step.project);
        if (step.atOnce) server.running.delete(step.project);
        else if (run && run.endsAt === undefined) run.endsAt = this.now + this.graceMs();
      } else {
        const at = server.asking.get(step.project) ?? this.now + step.afterMs;
        server.asking.set(step.project, at);
        if (this.now < at) continue;
        server.asking.delete(step.project);
        if (!server.cut && !this.claims.has(step.project) && this.leases.has(self)) this.claims.set(step.project, self);
      }
    }
    server.guardUntil =
      server.running.size === 0 ? Number.POSITIVE_INFINITY : Math.max(this.now, certainUntil - KILL_BEFORE_MS);
  }
}
