import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { MicroError } from '../../../../shared/contract/errors.ts';

/** What builds images, in the order in which it is looked for. */
const BUILDERS = ['docker', 'podman', 'buildah'] as const;
/** One of them. */
export type Builder = (typeof BUILDERS)[number];

/** A builder says its version within milliseconds; one whose daemon hangs does not, ms. */
const ANSWER_MS = 15_000;

/**
 * The first builder on PATH that works: docker is often there without its daemon, and then podman or buildah is meant. Rejects
 * with `image.no-builder`, which says why those that are there do not work.
 */
export async function findBuilder(
  service: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Builder> {
  const reasons: string[] = [];
  for (const name of BUILDERS) {
    if (!(await isOnPath(name, env.PATH ?? process.env.PATH ?? ''))) continue;
    const problem = await problemOf(name, env, signal);
    signal.throwIfAborted();
    if (problem === undefined) return name;
    reasons.push(`${name} does not work: ${problem}`);
  }
  const why = reasons.length > 0 ? reasons.join('; ') : 'neither docker, podman nor buildah is here to build one';
  throw new MicroError('image.no-builder', `${service} has no image, and ${why}`, {
    next: 'Name an image: in micro.yaml, or install and start docker or podman.',
  });
}

async function isOnPath(name: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter)) {
    const found = await access(join(folder, process.platform === 'win32' ? `${name}.exe` : name)).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

/** Why it does not work; undefined when it does. */
function problemOf(
  name: Builder,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Asks docker for its daemon too; where podman is a client of a machine, that has to answer as well.
  const words = [name === 'podman' ? 'info' : 'version'];
  return new Promise((resolve) => {
    const options = { timeout: ANSWER_MS, env: { ...env }, signal, windowsHide: true };
    execFile(name, words, options, (error, _out, errors) =>
      resolve(error ? (errors.trim().split('\n').at(-1) ?? '') || error.message : undefined),
    );
  });
}
