import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from './run.mjs';

/** Programs of busybox that services, builds and tests use. */
const APPLETS = ['sh', 'cat', 'echo', 'ls', 'sleep', 'wget', 'env', 'head', 'tail', 'kill', 'ps', 'mkdir', 'find'];

/** Begins the folder of an image: the places that programs expect, and a shell. Resolves with the folder. */
export async function startImageFolder(folder) {
  for (const name of ['bin', 'usr/bin', 'usr/lib', 'tmp', 'etc', 'proc', 'dev', 'sys']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  chmodSync(join(folder, 'tmp'), 0o1777);
  await addProgram(folder, '/bin/busybox', 'bin/busybox');
  for (const name of APPLETS) symlinkSync('busybox', join(folder, 'bin', name));
  return folder;
}

/** Puts this machine's Python and its library into the folder of an image. */
export async function addPython(folder) {
  const python = realpathSync('/usr/bin/python3');
  const library = `/usr/lib/${python.slice(python.lastIndexOf('/') + 1)}`;
  await addProgram(folder, python, 'usr/bin/python3');
  cpSync(library, join(folder, library), {
    recursive: true,
    filter: (path) => !/\/(test|tests|dist-packages|__pycache__|idlelib|tkinter|config-[^/]*)$/.test(path),
  });
  for (const name of readdirSync(join(library, 'lib-dynload')))
    await addLibraries(folder, join(library, 'lib-dynload', name));
}

/** Puts a program of this machine into the folder of an image, with the libraries that it is linked with. */
export async function addProgram(folder, program, name) {
  copyFileSync(realpathSync(program), join(folder, name));
  chmodSync(join(folder, name), 0o755);
  await addLibraries(folder, program);
}

/** Puts in what a program or a library is linked with. One that is linked statically has none, which ldd calls an error. */
export async function addLibraries(folder, program) {
  const listed = await mustRun('sh', ['-c', 'ldd "$1" 2>/dev/null || :', 'sh', realpathSync(program)]);
  for (const [path] of listed.matchAll(/\/\S+\.so[.\d]*/g)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(realpathSync(path), target);
  }
}
