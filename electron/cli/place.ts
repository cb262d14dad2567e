import { MicroError } from '../../shared/contract/errors.ts';
import { type Environment, LOCAL, placeOf } from '../server/environments/environment.ts';
import { EnvironmentsFile } from '../server/environments/environmentsFile.ts';

/** Where a command works. */
export interface Place {
  /** `local`, or the name of an environment. */
  name: string;
  /** Undefined on `local`. */
  environment: Environment | undefined;
  /** It was named on this command line, not by MICRO_ENVIRONMENT or `micro env set`. */
  isNamed: boolean;
}

/** Where a command works: what it names, else MICRO_ENVIRONMENT, else what `micro env set` chose. Rejects with `environment.not-found`. */
export async function findPlace(home: string, named: string | undefined, env: NodeJS.ProcessEnv): Promise<Place> {
  const file = new EnvironmentsFile(home);
  const name = named ?? (env['MICRO_ENVIRONMENT'] || (await file.read()).current);
  return { name, environment: await file.find(name), isNamed: named !== undefined };
}

/** Why a verb works on this machine alone; `ignores`: it is about this machine, so what is chosen for all commands does not concern it. */
export interface WorksHere {
  why: string;
  ignores?: true;
}

/** Throws `environment.unsupported` where a verb cannot work. One about this machine ignores what is chosen for all commands. */
export function checkPlace(
  { name, works, notInClusters }: { name: string; works?: WorksHere; notInClusters?: string },
  place: Place,
): void {
  if (notInClusters !== undefined && place.environment?.kind === 'kubernetes')
    throw unsupported(place, `micro ${name}`, notInClusters);
  if (works === undefined || place.name === LOCAL || (works.ignores === true && !place.isNamed)) return;
  throw unsupported(place, `micro ${name}`, works.why);
}

/** Whether the server of a place is on another machine, which sees no folder of this one. */
export function isElsewhere({ environment }: Place): boolean {
  return environment?.kind === 'server';
}

/** The refusal of something that cannot be done at an environment. */
export function unsupported(place: Place, what: string, why: string): MicroError {
  const where = place.environment ? `${place.name} (${placeOf(place.environment)})` : place.name;
  return new MicroError('environment.unsupported', `${what} cannot work on ${where}: ${why}`, {
    next: `on this machine: ${what} --environment ${LOCAL}`,
  });
}
