import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { ChildLauncher } from '../../../electron/server/host/childLauncher.ts';
import { SystemProcessTrees } from '../../../electron/server/host/processTrees.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { parseManifest } from '../../../electron/server/project/manifestParser.ts';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';
import { Images } from '../../../electron/server/runtime/kubernetes/images.ts';
import { tempFolder } from '../tempFolder.ts';
import { baseImageStore } from './baseImages.ts';
import { builderFiles } from './builderFiles.ts';
import { writeFiles } from './languageProjects.ts';

const run = promisify(execFile);

/** Whether real images can be built here. */
export const hasBuilders = ['/usr/bin/podman', '/usr/bin/buildah'].every((path) => existsSync(path));

/** A program that only writes down how it was called, and then says and ends as told. */
export interface RecordedProgram {
  says?: string;
  code?: number;
  /** Lines of a shell that it runs as well. */
  then?: string;
}

/** Builders with a storage of their own on top of the base images, and programs that only record. */
export class ImageFixture {
  readonly env: Record<string, string>;
  /** The command lines that were started, as others on the machine can see them. */
  readonly launched: string[] = [];
  private readonly calls: string;

  private constructor(
    private readonly folder: string,
    env: Record<string, string>,
  ) {
    this.env = { ...env, HOME: folder };
    this.calls = join(folder, 'calls');
  }

  /** `only`: no other builder is to be found. `insecure`: a registry without TLS. */
  static async make(
    options: { only?: 'podman' | 'buildah' | 'none'; insecure?: string; bare?: boolean } = {},
  ): Promise<ImageFixture> {
    const folder = await tempFolder('images');
    const store = options.bare ? {} : { store: await baseImageStore() };
    const { env } = builderFiles(join(folder, 'settings'), {
      ...store,
      ...(options.insecure === undefined ? {} : { insecure: options.insecure }),
    });
    const programs = join(folder, 'programs');
    await mkdir(programs);
    for (const name of options.only ? [options.only] : ['podman', 'buildah'])
      if (name !== 'none' && existsSync(`/usr/bin/${name}`)) await symlink(`/usr/bin/${name}`, join(programs, name));
    const fixture = new ImageFixture(folder, { ...env, PATH: [programs, '/usr/sbin', '/sbin'].join(delimiter) });
    made.add(fixture);
    return fixture;
  }

  /** Puts a program on PATH that only records; it is found before real ones. */
  async record(name: string, { says = '', code = 0, then = '' }: RecordedProgram = {}): Promise<void> {
    const file = join(this.folder, 'programs', name);
    const lines = [
      '#!/bin/sh',
      `printf '%s\\n' "${name} $*" >> '${this.calls}'`,
      then,
      `printf '%b' '${says}' >&2`,
      `exit ${code}`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    await chmod(file, 0o755);
  }

  /** How the recorded programs were called, a line each. */
  async recorded(): Promise<string[]> {
    const { stdout } = await run('cat', [this.calls]);
    return stdout.trim().split('\n');
  }

  /** A service of a project with these files, as micro.yaml declares it. */
  async service(
    declared: { run: string; build?: string; [more: string]: unknown },
    files: Readonly<Record<string, string>>,
    name = 'web',
  ): Promise<ServiceSpec> {
    const folder = join(this.folder, 'project');
    await writeFiles(folder, files);
    const text = JSON.stringify({ name: 'shop', services: { [name]: declared } });
    const parsed = parseManifest(text, folder, 'micro.yaml', 'linux');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.manifest.services[0] as ServiceSpec;
  }

  /** Where images are made by what is on this fixture's PATH. */
  images(options: { context?: string; imagePrefix?: string } = {}): Images {
    const launcher = new ChildLauncher();
    return new Images({
      context: 'minikube',
      host: {
        launcher: {
          launch: (spec) => {
            this.launched.push(spec.argv.join(' '));
            return launcher.launch(spec);
          },
        },
        trees: new SystemProcessTrees({ table: createProcessTable() }),
        clock: systemClock,
      },
      systemEnvironment: () => Promise.resolve(this.env),
      ...options,
    });
  }

  /** Podman on the same images. Resolves with what it printed. */
  async podman(...args: string[]): Promise<string> {
    const { stdout } = await run('/usr/bin/podman', args, {
      env: { ...process.env, ...this.env, PATH: process.env.PATH },
    });
    return stdout.trim();
  }

  async dispose(): Promise<void> {
    if (!existsSync(join(this.folder, 'settings/storage'))) return;
    await this.podman('rm', '--all', '--force', '--time', '0').catch(() => undefined);
    // What was mounted for the builds is in the way of the deletion of the folder. Not `podman system reset`: it also takes
    // away the networks of whoever runs the tests.
    for (const mount of await mountsBelow(this.folder)) await run('umount', [mount]).catch(() => undefined);
  }
}

/** Where something is mounted in a folder, the innermost first. Format: proc(5), `/proc/PID/mountinfo`. */
async function mountsBelow(folder: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const places = lines.map((line) => line.split(' ')[4] ?? '').filter((place) => place.startsWith(`${folder}/`));
  return places.reverse();
}

const made = new Set<ImageFixture>();

afterEach(async () => {
  for (const fixture of made) await fixture.dispose();
  made.clear();
});
