import { createHash } from 'node:crypto';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { measureContext } from '../../deploy/buildContext.ts';
import { buildIgnore } from '../../deploy/buildIgnore.ts';
import { containerFile } from '../../deploy/containerFile.ts';
import { folderFiles } from '../../deploy/folderFiles.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import { builderError } from './builderError.ts';
import { type BuilderHost, runBuilder } from './builderRun.ts';
import { type Builder, findBuilder } from './imageBuilder.ts';
import { loaderOf } from './imageLoader.ts';

/** What {@link Images} work with. */
export interface ImagesOptions {
  /** Name of the context: local clusters are known by it and take images without a registry. */
  context: string;
  host: BuilderHost;
  systemEnvironment(): Promise<Readonly<Record<string, string>>>;
  /** Registry and path that built images are pushed under, e.g. `registry.example/team`. */
  imagePrefix?: string;
}

/** One build: who builds, for whom, and where its files lie. */
interface Build {
  builder: Builder;
  spec: ServiceSpec;
  /** Deleted at its end. */
  work: string;
  env: Readonly<Record<string, string>>;
  signal: AbortSignal;
  handleFailed(output: string): Promise<void>;
}

/** Finds or makes the image of a service. */
export class Images {
  constructor(private readonly options: ImagesOptions) {}

  /**
   * The name of the image; one that is not given is built and handed to the cluster. Rejects with `image.*`, after
   * `handleFailed` was told all that the program wrote that failed.
   */
  async of(
    spec: ServiceSpec,
    signal: AbortSignal,
    handleFailed: (output: string) => Promise<void> = async () => {},
  ): Promise<string> {
    if (spec.image) return spec.image.name;
    const env = await this.options.systemEnvironment();
    const builder = await findBuilder(spec.name, env, signal);
    const work = await mkdtemp(join(tmpdir(), 'micro-image-'));
    try {
      return await this.build({ builder, spec, work, env, signal, handleFailed });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  private async build(build: Build): Promise<string> {
    const { builder, spec, work } = build;
    const recipe = await recipeOf(spec, work, build.signal);
    const local = `${this.options.imagePrefix ?? 'micro.local'}/${spec.project || 'added'}-${spec.name}`;
    const identity = join(work, 'identity');
    // Buildah makes every step anew unless it is asked to keep them, and the pods would start anew with the image.
    const words = builder === 'buildah' ? ['bud', '--layers'] : ['build'];
    const ignored = builder === 'docker' || recipe.ignoreFile === undefined ? [] : ['--ignorefile', recipe.ignoreFile];
    const files = ['--iidfile', identity, ...ignored, '-f', recipe.file];
    await this.run(build, 'build', local, builder, [...words, ...files, '-t', `${local}:latest`, spec.folder]);
    // A name for each content, so that a changed image starts new pods and an unchanged one does not.
    const sum = createHash('sha256')
      .update(await readFile(identity))
      .digest('hex')
      .slice(0, 12);
    const name = `${local}:${sum}`;
    await this.run(build, 'build', name, builder, ['tag', `${local}:latest`, name]);
    await this.hand(build, name);
    return name;
  }

  /** Gives the image to the cluster: pushed, or loaded where the cluster is on this machine. */
  private async hand(build: Build, name: string): Promise<void> {
    const { builder, work } = build;
    const { context, imagePrefix } = this.options;
    if (imagePrefix !== undefined) {
      await this.run(build, 'push', name, builder, ['push', name]);
      return;
    }
    const archive = join(work, 'image.tar');
    const loader = loaderOf(context, builder, archive);
    if (loader === undefined) {
      throw new MicroError('image.no-registry', `the cluster of context "${context}" cannot get the image ${name}`, {
        next: 'Say where images are pushed to: micro server --runtime kubernetes --image-prefix registry.example/team.',
      });
    }
    const [program, ...args] = loader;
    if (program === undefined) return;
    const saving =
      builder === 'docker' ? ['save', '-o', archive, name] : ['push', name, `docker-archive:${archive}:${name}`];
    await this.run(build, 'load', name, builder, saving);
    await this.run(build, 'load', name, program, args);
  }

  private async run(
    { spec, work, env, signal, handleFailed }: Build,
    doing: 'build' | 'push' | 'load',
    image: string,
    program: string,
    args: readonly string[],
  ): Promise<void> {
    const argv = [program, ...args];
    const { failed, output } = await runBuilder(this.options.host, { argv, cwd: work, env }, signal);
    if (!failed) return;
    await handleFailed(output);
    throw builderError({ service: spec.name, program, doing, image, output });
  }
}

/** How the image is made: the container file of the folder, or a generated one beside the folder, with what it leaves out. */
interface ImageRecipe {
  file: string;
  /** Absent: the folder's own rules, which the builder reads itself. */
  ignoreFile?: string;
}

async function recipeOf(spec: ServiceSpec, work: string, signal: AbortSignal): Promise<ImageRecipe> {
  for (const name of ['Dockerfile', 'Containerfile']) {
    const file = join(spec.folder, name);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return { file };
  }
  const text = containerFile(spec, await folderFiles(spec.folder));
  if (text === undefined) {
    throw new MicroError('image.no-recipe', `${spec.name}: it is not known how an image of ${spec.folder} is built`, {
      next: 'Put a Dockerfile into its folder, or name an image: in micro.yaml.',
    });
  }
  const ignored = await buildIgnore(spec);
  await measureContext(spec.name, spec.folder, ignored, signal);
  const file = join(work, 'Containerfile');
  // Docker finds it by this name, the others are told.
  const ignoreFile = `${file}.dockerignore`;
  await writeFile(file, text);
  await writeFile(ignoreFile, `${ignored.join('\n')}\n`);
  return { file, ignoreFile };
}
