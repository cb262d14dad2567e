import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  symlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './commandLine.mjs';
import { onPath } from './display.mjs';
import { root } from './paths.mjs';
import { SetupError } from './steps.mjs';

/** Sources of our own AppImage runtime. */
const SOURCES = ['main.c', 'extract.c', 'mount.c'].map((name) => join(root, 'build/appimage', name));
/** FUSE and squashfs, each with what it is built upon. */
const LIBRARIES = ['squashfuse_ll', 'squashfuse', 'fuse3', 'zstd', 'z', 'lzma', 'lz4', 'lzo2', 'pthread', 'dl'];
/** The mark of an AppImage of type 2, and where it stands in the header of the program. */
const MAGIC = { bytes: Buffer.from([0x41, 0x49, 0x02]), at: 8 };
/** Programs that electron-builder calls, in the folder of its tools. */
const PROGRAMS = ['mksquashfs', 'desktop-file-validate'];
/** What the libraries are compiled against, and the packages of Debian that have it. */
const HEADERS = {
  'squashfuse/ll.h': 'libsquashfuse-dev',
  'fuse3/fuse_lowlevel.h': 'libfuse3-dev',
  'lzo/lzo1x.h': 'liblzo2-dev',
  'lz4.h': 'liblz4-dev',
  'lzma.h': 'liblzma-dev',
  'zstd.h': 'libzstd-dev',
  'zlib.h': 'zlib1g-dev',
};
/** Packages of Debian and Ubuntu with all that is needed. */
export const appImagePackages = ['gcc', 'libc6-dev', ...Object.values(HEADERS), 'squashfs-tools', 'desktop-file-utils'];

/** Why no AppImage can be made here, or undefined. */
export function appImageProblem() {
  const missing = ['gcc', ...PROGRAMS].filter((program) => !onPath(program));
  for (const [header, name] of Object.entries(HEADERS))
    if (!existsSync(join('/usr/include', header))) missing.push(name);
  return missing.length > 0
    ? `${missing.join(', ')} missing (apt-get install ${appImagePackages.join(' ')})`
    : undefined;
}

/**
 * Lays out what electron-builder would download to make an AppImage: the runtime, built from build/appimage, and the
 * system's own programs.
 * @param {string} folder made anew
 */
export async function makeAppImageTools(folder) {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'runtimes'), { recursive: true });
  // Chromium brings what it needs; libraries of the AppImage's own would go before those of the system.
  mkdirSync(join(folder, 'lib', arch), { recursive: true });
  symlinkSync(onPath('desktop-file-validate'), join(folder, 'desktop-file-validate'));
  // It has no way to say how much is to be compressed.
  const level = '${MICRO_PACKAGE_LEVEL:+-Xcompression-level "$MICRO_PACKAGE_LEVEL"}';
  writeFileSync(join(folder, 'mksquashfs'), `#!/bin/sh\nexec ${onPath('mksquashfs')} "$@" ${level}\n`, { mode: 0o755 });
  await buildRuntime(join(folder, 'runtimes', `runtime-${arch}`));
}

async function buildRuntime(file) {
  const args = [
    '-O2',
    '-s',
    '-std=gnu11',
    '-Wall',
    '-Wextra',
    '-static',
    '-D_FILE_OFFSET_BITS=64',
    '-DFUSE_USE_VERSION=32',
  ];
  const libraries = LIBRARIES.map((name) => `-l${name}`);
  const { code, output } = await runCommand('gcc', [
    ...args,
    '-I/usr/include/fuse3',
    '-o',
    file,
    ...SOURCES,
    ...libraries,
  ]);
  if (code !== 0) throw new SetupError(`the AppImage runtime was not built:\n${output}`);
  const out = openSync(file, 'r+');
  writeSync(out, MAGIC.bytes, 0, MAGIC.bytes.length, MAGIC.at);
  closeSync(out);
  if (
    !readFileSync(file)
      .subarray(MAGIC.at, MAGIC.at + MAGIC.bytes.length)
      .equals(MAGIC.bytes)
  )
    throw new SetupError(`${file} has no mark of an AppImage`);
}
