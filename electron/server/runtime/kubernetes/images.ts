import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { containerFile } from '../../deploy/containerFile.ts';
import { folderFiles } from '../../deploy/folderFiles.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import { type Builder, findBuilder } from './imageBuilder.ts';

/** What {@link Images} work with. */
export interface ImagesOptions {
  /** Name of the context: local clusters are known by it and take images without a registry. */
  context: string;
  systemEnvironment(): Promise<Readonly<Record<string, string>>>;
  /** Registry and path that built images are pushed under, e.g. `registry.example/team`. */
  imagePrefix?: string;
}

/** Building downloads what images stand on; more than this is a builder that hangs, ms. */
const buildMaxMs = 30 * 60_000;

/** Most that is kept of what a builder writes, bytes. */
const maxOutputBytes = 16 * 1024 * 1024;

/** Finds or makes the image of a service. */
export class Images {
  constructor(private readonly options: ImagesOptions) {}

  /** The name of the image; one that is not given is built and handed to the cluster. Rejects with `image.*`. */
  async of(spec: ServiceSpec, signal: AbortSignal): Promise<string> {
    if (spec.image) return spec.image.name;
    const env = await this.options.systemEnvironment();
    const builder = await findBuilder(spec.name, env, signal);
    const work = await mkdtemp(join(tmpdir(), 'micro-image-'));
    try {
      return await this.build(builder, spec, work, env, signal);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  private async build(
    builder: Builder,
    spec: ServiceSpec,
    work: string,
    env: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string> {
    const run = (program: string, args: string[]): Promise<string> => runOrFail(program, args, env, signal);
    const file = await recipeOf(spec, work);
    const local = `${this.options.imagePrefix ?? 'micro.local'}/${spec.project || 'added'}-${spec.name}`;
    const identity = join(work, 'identity');
    const word = builder === 'buildah' ? 'bud' : 'build';
    await run(builder, [word, '-q', '--iidfile', identity, '-f', file, '-t', `${local}:latest`, spec.folder]);
    // A name for each content, so that a changed image starts new pods and an unchanged one does not.
    const sum = createHash('sha256')
      .update(await readFile(identity))
      .digest('hex')
      .slice(0, 12);
    const name = `${local}:${sum}`;
    await run(builder, ['tag', `${local}:latest`, name]);
    await this.hand(builder, name, work, run);
    return name;
  }

  /** Gives the image to the cluster: pushed, or loaded where the cluster is on this machine. */
  private async hand(
    builder: Builder,
    name: string,
    work: string,
    run: (program: string, args: string[]) => Promise<string>,
  ): Promise<void> {
    const { context, imagePrefix } = this.options;
    if (imagePrefix !== undefined) {
      await run(builder, ['push', name]);
      return;
    }
    // It shares the images of docker.
    if (builder === 'docker' && ['docker-desktop', 'rancher-desktop', 'orbstack', 'colima'].includes(context)) return;
    const archive = join(work, 'image.tar');
    const save = (): Promise<string> =>
      run(
        builder,
        builder === 'docker' ? ['save', '-o', archive, name] : ['push', name, `docker-archive:${archive}:${name}`],
      );
    if (context.startsWith('kind-')) {
      await save();
      await run('kind', ['load', 'image-archive', archive, '--name', context.slice('kind-'.length)]);
    } else if (context === 'minikube') {
      await save();
      await run('minikube', ['image', 'load', archive]);
    } else if (context.startsWith('k3d-')) {
      await save();
      await run('k3d', ['image', 'import', archive, '--cluster', context.slice('k3d-'.length)]);
    } else {
      throw new MicroError('image.no-registry', `the cluster of context "${context}" cannot get the image ${name}`, {
        next: 'Say where images are pushed to: micro server --runtime kubernetes --image-prefix registry.example/team.',
      });
    }
  }
}

/** The container file of the folder, or a generated one for its language, beside the folder. */
async function recipeOf(spec: ServiceSpec, work: string): Promise<string> {
  for (const name of ['Dockerfile', 'Containerfile']) {
    const file = join(spec.folder, name);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  const text = containerFile(spec, await folderFiles(spec.folder));
  if (text === undefined) {
    throw new MicroError('image.no-recipe', `${spec.name}: it is not known how an image of ${spec.folder} is built`, {
      next: 'Put a Dockerfile into its folder, or name an image: in micro.yaml.',
    });
  }
  const file = join(work, 'Containerfile');
  await writeFile(file, text);
  return file;
}

async function runOrFail(
  program: string,
  args: string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const { error, output } = await new Promise<{ error: Error | null; output: string }>((resolve) => {
    const options = { timeout: buildMaxMs, maxBuffer: maxOutputBytes, env: { ...env }, signal, windowsHide: true };
    execFile(program, args, options, (failure, stdout, stderr) => resolve({ error: failure, output: stdout + stderr }));
  });
  signal.throwIfAborted();
  if (!error) return output;
  const last = output.trim().split('\n').slice(-3).join(' / ');
  throw new MicroError('image.failed', `${program} ${args[0]} failed: ${last || error.message}`, {
    next: `Run it by hand to see all of it: ${program} ${args.join(' ')}`,
    cause: error,
  });
}
