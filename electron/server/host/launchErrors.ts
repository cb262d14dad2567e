import { open, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { totalTooLarge } from './environmentSize.ts';
import { installHint } from './installHints.ts';
import type { LaunchSpec } from './launcher.ts';

/** How much of a script is read to find its `#!` line; the kernel itself looks at 256 bytes. */
const SHEBANG_BYTES = 256;

/**
 * Turns what the system said about a failed start into an error of the catalogue. `ENOENT` has three causes (folder,
 * program, interpreter of a script), which only a look at the files tells apart.
 */
export async function launchError(spec: LaunchSpec, error: unknown): Promise<MicroError> {
  if (error instanceof MicroError) return error;
  const program = spec.argv[0] ?? '';
  const folder = await folderProblem(spec.cwd, error);
  if (folder) return folder;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return notFound(spec, program, error);
    case 'E2BIG':
      return totalTooLarge(spec.env, error);
    case 'EACCES':
      return accessRefused(spec, program, error);
    case 'ENOEXEC':
      return new MicroError('launch.failed', `${program} is not a program this system can run`, {
        next: 'A script needs a first line such as `#!/bin/sh`; a binary must be built for this machine.',
        details: { program },
        cause: error,
      });
    case 'EAGAIN':
      return new MicroError('launch.failed', `cannot start ${program}: the system has no room for another process`, {
        next: 'End processes that are not needed, or raise the limit (`ulimit -u`).',
        retryable: true,
        details: { program },
        cause: error,
      });
    case 'EMFILE':
    case 'ENFILE':
      return new MicroError('launch.failed', `cannot start ${program}: too many files are open`, {
        next: 'Raise the limit (`ulimit -n`).',
        retryable: true,
        details: { program },
        cause: error,
      });
    default:
      return new MicroError('launch.failed', `cannot start ${program}: ${(error as Error).message}`, {
        details: { program },
        cause: error,
      });
  }
}

/** The error of a working folder that is not there or is no folder; undefined when the folder is fine. */
export async function folderProblem(cwd: string, cause?: unknown): Promise<MicroError | undefined> {
  const options = { next: 'Check `path` of the service.', details: { folder: cwd }, cause };
  try {
    if ((await stat(cwd)).isDirectory()) return undefined;
    return new MicroError('launch.folder-missing', `the working folder ${cwd} is not a folder`, options);
  } catch {
    return new MicroError('launch.folder-missing', `the working folder ${cwd} does not exist`, options);
  }
}

/** The error of a program that is neither on PATH nor at the path given. */
export function commandNotFound(program: string, path: string | undefined, cause?: unknown): MicroError {
  const where = /[\\/]/.test(program) ? 'there is no such file' : 'it is not on PATH';
  return new MicroError('launch.command-not-found', `cannot find the program ${program}: ${where}`, {
    next: installHint(program),
    details: { program, ...(path === undefined ? {} : { path }) },
    cause,
  });
}

async function notFound(spec: LaunchSpec, program: string, cause: unknown): Promise<MicroError> {
  const file = program.includes('/') ? resolve(spec.cwd, program) : await findOnPath(program, spec.env['PATH']);
  const interpreter = file && (await interpreterOf(file));
  if (!interpreter) return commandNotFound(program, spec.env['PATH'], cause);
  return new MicroError(
    'launch.command-not-found',
    `${program} is a script for ${interpreter}, and that program is not there`,
    { next: installHint(interpreter), details: { program: interpreter, script: program }, cause },
  );
}

async function accessRefused(spec: LaunchSpec, program: string, cause: unknown): Promise<MicroError> {
  const file = program.includes('/') ? resolve(spec.cwd, program) : await findOnPath(program, spec.env['PATH']);
  if (!file) return commandNotFound(program, spec.env['PATH'], cause);
  const isFolder = await stat(file).then(
    (s) => s.isDirectory(),
    () => false,
  );
  return new MicroError('launch.failed', `${file} ${isFolder ? 'is a folder' : 'may not be executed'}`, {
    next: isFolder ? 'Name the program inside it.' : `Make it executable: chmod +x ${file}`,
    details: { program },
    cause,
  });
}

/** The full path of a program on `path`, executable or not; undefined when no folder of it has such a file. */
export async function findOnPath(program: string, path: string | undefined): Promise<string | undefined> {
  for (const folder of (path ?? '').split(delimiter)) {
    if (!folder || !isAbsolute(folder)) continue;
    const file = resolve(folder, program);
    const isFile = await stat(file).then(
      (s) => s.isFile(),
      () => false,
    );
    if (isFile) return file;
  }
  return undefined;
}

async function interpreterOf(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(SHEBANG_BYTES), 0, SHEBANG_BYTES, 0);
      const line = /^#!\s*(\S+)/.exec(buffer.toString('latin1', 0, bytesRead));
      return line?.[1];
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
