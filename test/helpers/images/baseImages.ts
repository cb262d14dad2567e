import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BASES } from '../../../electron/server/deploy/containerFile.ts';
import { builderFiles } from './builderFiles.ts';

const { packLayer, writeImage } = (await import('../../../build/kubernetes/image.mjs' as string)) as {
  packLayer(folder: string, file: string): Promise<string>;
  writeImage(image: { name: string; layers: string[]; config: object; work: string; out: string }): Promise<string>;
};
const { addLibraries, addProgram, addPython, startImageFolder } = (await import(
  '../../../build/kubernetes/imageFolder.mjs' as string
)) as {
  startImageFolder(folder: string): Promise<string>;
  addPython(folder: string): Promise<void>;
  addProgram(folder: string, program: string, name: string): Promise<void>;
  addLibraries(folder: string, program: string): Promise<void>;
};
const { cacheFolder } = (await import('../../../build/lib/electronRuntime.mjs' as string)) as { cacheFolder(): string };
const { withLock } = (await import('../../../build/lib/lock.mjs' as string)) as {
  withLock<T>(file: string, work: () => Promise<T>): Promise<T>;
};

const run = promisify(execFile);

/** Counts changes of how they are made, so that old ones are not taken for new ones. */
const RECIPE = 1;

/** Whether this machine has what the base of a language is made of. */
export const toolchains = {
  go: existsSync('/usr/lib/go') || existsSync('/usr/bin/go'),
  java: existsSync('/usr/bin/jlink'),
};

/**
 * A store with the images that generated container files build on, under their names, each made of this machine's own programs,
 * as no registry has to be reachable. Made once per user (a minute) and only read afterwards.
 */
export async function baseImageStore(): Promise<string> {
  const languages = Object.entries(toolchains).flatMap(([name, isThere]) => (isThere ? [name] : []));
  const folder = join(cacheFolder(), ['base-images', RECIPE, ...languages].join('-'));
  const store = join(folder, 'store');
  if (existsSync(store)) return store;
  mkdirSync(folder, { recursive: true });
  return withLock(join(folder, 'lock'), async () => {
    if (existsSync(store)) return store;
    const work = await mkdtemp(join(folder, 'work-'));
    try {
      const { env, storage } = builderFiles(work);
      for (const archive of await makeArchives(join(work, 'images')))
        await run('podman', ['load', '-q', '-i', archive], { env: { ...process.env, ...env } });
      await rename(storage, store);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return store;
  });
}

async function makeArchives(work: string): Promise<string[]> {
  mkdirSync(work);
  const shell = await packLayer(await startImageFolder(join(work, 'shell')), join(work, 'shell.tar'));
  const layer = async (name: string, fill: (folder: string) => unknown): Promise<string> => {
    const folder = join(work, name);
    for (const each of ['usr/bin', 'usr/lib', 'opt']) mkdirSync(join(folder, each), { recursive: true });
    await fill(folder);
    return packLayer(folder, join(work, `${name}.tar`));
  };
  const image = (name: string, layers: string[], more: string[] = []): Promise<string> =>
    writeImage({
      name: `docker.io/library/${name}`,
      layers,
      config: { Cmd: ['sh'], Env: ['PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin', ...more] },
      work,
      out: join(work, `${name.replace(/\W/g, '-')}.tar`),
    });
  return [
    await image(BASES.goRuntime, [shell]),
    await image(BASES.node, [shell, await layer('node', addNode)]),
    await image(BASES.python, [shell, await layer('python', addPython)]),
    ...(toolchains.java ? [await image(BASES.java, [shell, await layer('java', addJava)])] : []),
    ...(toolchains.go
      ? [
          await image(
            BASES.go,
            [shell, await layer('go', addGo)],
            ['GOCACHE=/tmp/go', 'HOME=/tmp', 'GOTOOLCHAIN=local'],
          ),
        ]
      : []),
  ];
}

async function addNode(folder: string): Promise<void> {
  await addProgram(folder, process.execPath, 'usr/bin/node');
  const { stdout } = await run('npm', ['root', '--global']);
  cpSync(join(stdout.trim(), 'npm'), join(folder, 'usr/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/bin/npm'));
  // Where scripts look for their interpreter.
  symlinkSync('../../bin/busybox', join(folder, 'usr/bin/env'));
}

async function addJava(folder: string): Promise<void> {
  const modules = join(dirname(realpathSync('/usr/bin/jlink')), '../jmods');
  const java = join(folder, 'opt/java');
  const parts = ['--add-modules', 'java.base,jdk.httpserver,jdk.compiler'];
  await run('jlink', ['--module-path', modules, ...parts, '--strip-debug', '--no-header-files', '--output', java]);
  for (const name of ['java', 'javac']) symlinkSync(`../../opt/java/bin/${name}`, join(folder, 'usr/bin', name));
  for (const name of ['bin/java', 'lib/server/libjvm.so', 'lib/libnio.so', 'lib/libnet.so'])
    await addLibraries(folder, join(java, name));
}

async function addGo(folder: string): Promise<void> {
  const { stdout } = await run('go', ['env', 'GOROOT']);
  const from = stdout.trim();
  const to = join(folder, 'usr/local/go');
  mkdirSync(join(to, 'pkg'), { recursive: true });
  // With the compiled library, where the system has it: a build then takes seconds, not minutes.
  const { stdout: target } = await run('go', ['env', 'GOHOSTOS', 'GOHOSTARCH']);
  const compiled = join('pkg', target.trim().replace('\n', '_'));
  for (const part of ['bin', 'src', 'pkg/tool', 'pkg/include', compiled]) {
    if (!existsSync(join(from, part))) continue;
    cpSync(realpathSync(join(from, part)), join(to, part), {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !/(?:\/testdata|_test\.go)$/.test(path),
    });
  }
  writeFileSync(join(to, 'VERSION'), (await run('go', ['env', 'GOVERSION'])).stdout);
  chmodSync(join(to, 'bin/go'), 0o755);
  await addLibraries(folder, join(to, 'bin/go'));
}
