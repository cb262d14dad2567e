import { stat } from 'node:fs/promises';
import { MicroError } from '../../shared/contract/errors.ts';

/** Throws `project.folder-missing` unless the folder is there; `asWritten` is how the user named it. */
export async function requireFolder(folder: string, asWritten: string, otherwise = 'is not there'): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  const what = found ? 'is not a folder' : otherwise;
  throw new MicroError('project.folder-missing', `"${asWritten}" ${what}`, {
    next: 'name a folder with a project or a service, or run a command: micro run -- COMMAND',
    details: { folder },
  });
}
