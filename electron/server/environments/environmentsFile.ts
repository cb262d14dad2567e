import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { readText, storageError, writeFileAtomic } from '../host/files.ts';
import { type Environment, LOCAL, parseEnvironment } from './environment.ts';

/** ms between tries for the lock; a change takes about one. */
const LOCK_WAIT_MS = 10;
/** A lock older than this was left by a crash, ms: nobody holds it for longer than one small write. */
const LOCK_LIFE_MS = 5_000;
/** The file is for people's servers, not for fleets. */
const MAX_ENVIRONMENTS = 100;

/** What stands in the file. */
export interface Environments {
  /** The one that commands mean when they name none. */
  current: string;
  environments: Environment[];
}

/**
 * `environments.json` of a MICRO_HOME (0600): which servers this user knows. Command lines and the server change it side by
 * side, so each change reads, changes and writes under a lock; readers need none.
 */
export class EnvironmentsFile {
  readonly path: string;

  constructor(private readonly home: string) {
    this.path = join(home, 'environments.json');
  }

  /** What is in it; nothing but `local` when there is none. Rejects with `environment.file` when it cannot be understood. */
  async read(): Promise<Environments> {
    const text = await readText(this.path);
    if (text === undefined) return { current: LOCAL, environments: [] };
    try {
      const value = JSON.parse(text) as { current?: unknown; environments?: unknown };
      if (!Array.isArray(value.environments)) throw new Error('it has no list of environments');
      const environments = value.environments.map(parseEnvironment);
      const current = environments.some(({ name }) => name === value.current) ? String(value.current) : LOCAL;
      return { current, environments };
    } catch (error) {
      throw new MicroError('environment.file', `${this.path} cannot be used: ${(error as Error).message}`, {
        next: 'mend it, or move it away and add the environments again: micro env add',
        cause: error,
      });
    }
  }

  /** One of them; undefined for `local`. Rejects with `environment.not-found`. */
  async find(name: string): Promise<Environment | undefined> {
    if (name === LOCAL) return undefined;
    const { environments } = await this.read();
    return requireEnvironment(environments, name);
  }

  /** Adds one. Rejects with `environment.exists`. */
  add(environment: Environment): Promise<void> {
    return this.change((all) => {
      if (all.environments.some(({ name }) => name === environment.name)) {
        throw new MicroError('environment.exists', `there is an environment "${environment.name}" already`, {
          next: `take it out first (micro env del ${environment.name}), or choose another name`,
        });
      }
      if (all.environments.length >= MAX_ENVIRONMENTS)
        throw new MicroError('environment.invalid', `there are ${MAX_ENVIRONMENTS} environments already`);
      return { ...all, environments: [...all.environments, environment] };
    });
  }

  /** Puts one in the place of what has its name. Rejects with `environment.not-found`. */
  replace(environment: Environment): Promise<void> {
    return this.change((all) => {
      requireEnvironment(all.environments, environment.name);
      const environments = all.environments.map((one) => (one.name === environment.name ? environment : one));
      return { ...all, environments };
    });
  }

  /** Takes one out; commands mean `local` again if they meant it. Rejects with `environment.not-found`. */
  remove(name: string): Promise<void> {
    return this.change((all) => {
      requireEnvironment(all.environments, name);
      const environments = all.environments.filter((one) => one.name !== name);
      return { current: all.current === name ? LOCAL : all.current, environments };
    });
  }

  /** Makes commands mean it from now on. Rejects with `environment.not-found`. */
  setCurrent(name: string): Promise<void> {
    return this.change((all) => {
      if (name !== LOCAL) requireEnvironment(all.environments, name);
      return { ...all, current: name };
    });
  }

  private async change(edit: (all: Environments) => Environments): Promise<void> {
    const unlock = await this.lock();
    try {
      const { current, environments } = edit(await this.read());
      await writeFileAtomic(this.path, `${JSON.stringify({ current, environments }, null, 2)}\n`, { mode: 0o600 });
    } finally {
      await unlock();
    }
  }

  private async lock(): Promise<() => Promise<void>> {
    const path = join(this.home, '.environments.lock');
    for (;;) {
      try {
        await (await open(path, 'wx', 0o600)).close();
        return () => rm(path, { force: true });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') await mkdir(this.home, { recursive: true, mode: 0o700 });
        else if (code !== 'EEXIST' && code !== 'EPERM') throw storageError(path, 'write', error);
      }
      const held = await stat(path).catch(() => undefined);
      if (held && Date.now() - held.mtimeMs > LOCK_LIFE_MS) await rm(path, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
    }
  }
}

function requireEnvironment(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((one) => one.name === name);
  if (found) return found;
  if (name === LOCAL)
    throw new MicroError('environment.invalid', 'local is always there: it can be neither changed nor taken out', {
      next: `name another one: ${environments.map((one) => one.name).join(', ') || 'there is none yet'}`,
    });
  const names = [LOCAL, ...environments.map((one) => one.name)].join(', ');
  throw new MicroError('environment.not-found', `there is no environment "${name}"`, { next: `there are: ${names}` });
}
