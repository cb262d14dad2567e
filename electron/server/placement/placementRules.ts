/**
 * A server that cannot renew its lease begins to stop what it runs by it this long before it ends, ms: the time in which
 * services may finish what they do. Longer, and a hiccup of etcd stops services; shorter, and they are cut off.
 */
export const STOP_BEFORE_MS = 3_000;
/** And has ended it this long before, ms: killing takes a moment on a machine under load. */
export const KILL_BEFORE_MS = 1_000;
/** Between the attempts of one server and the next to take a project, ms: whoever has least to run comes first. */
export const TURN_MS = 400;

/** What one server knows of an environment at a moment. Servers by id, projects by name, times ms of its monotonic clock. */
export interface Scene {
  self: string;
  servers: readonly string[];
  /** The server that has the claim to a project; no entry, nobody has. */
  claims: ReadonlyMap<string, string>;
  /** Projects that are to run somewhere. */
  projects: Iterable<string>;
  /** Projects of which something runs here, is on its way or is being ended. */
  running: ReadonlySet<string>;
  now: number;
  /** Until when the claims of this server are sure to hold. */
  certainUntil: number;
  /** It is joined with the others: what it knows of claims is not old. */
  joined: boolean;
  /** It is about to end. */
  leaving: boolean;
}

/** What is to be done about a project. */
export type Step =
  /** Asks for the claim, after so long; others may be quicker. */
  | { type: 'claim'; project: string; afterMs: number }
  /** The claim is there: brings its files and starts what is wanted. */
  | { type: 'take'; project: string }
  /** Ends what runs of it: with time to finish, or at once. */
  | { type: 'letGo'; project: string; atOnce: boolean };

/**
 * What a server has to do so that each project runs on exactly one server. Only who has the claim runs it; the claim goes with
 * the lease; and whoever cannot be sure of its lease any more has ended everything before the lease can end.
 */
export function stepsOf(scene: Scene): Step[] {
  const { claims, self, now, certainUntil, leaving, joined } = scene;
  const steps: Step[] = [];
  const isSure = now < certainUntil - STOP_BEFORE_MS;
  for (const project of scene.running) {
    const isOurs = claims.get(project) === self;
    if (!isOurs || now >= certainUntil - KILL_BEFORE_MS) steps.push({ type: 'letGo', project, atOnce: true });
    else if (!isSure) steps.push({ type: 'letGo', project, atOnce: false });
  }
  if (leaving || !joined || !isSure) return steps;
  const turn = turnOf(scene);
  for (const project of scene.projects) {
    if (scene.running.has(project)) continue;
    const owner = claims.get(project);
    if (owner === undefined) steps.push({ type: 'claim', project, afterMs: turn * TURN_MS });
    else if (owner === self) steps.push({ type: 'take', project });
  }
  return steps;
}

/** How many servers have less to run than this one, or as much and an earlier id. */
function turnOf({ self, servers, claims }: Scene): number {
  const counts = new Map<string, number>();
  for (const server of claims.values()) counts.set(server, (counts.get(server) ?? 0) + 1);
  const load = (server: string): number => counts.get(server) ?? 0;
  return servers.filter((one) => load(one) < load(self) || (load(one) === load(self) && one < self)).length;
}
