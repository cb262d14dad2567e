import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type SavedCall, type SavedCallFile, SavedCallFileSchema } from '../../../shared/contract/gen/calls_pb.ts';
import type { Project } from '../../../shared/contract/gen/state_pb.ts';
import { writeFileAtomic } from '../host/files.ts';
import { formatCallFile, parseCallFile } from './callFile.ts';

/** Names that are file names on every system. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$/;

/** Names that Windows keeps for devices. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** Bytes of a file that are read; a call with a larger body is not kept as text. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Calls that are kept in a project as `.micro/calls/<name>.yaml`, for version control. */
export class SavedCalls {
  constructor(private readonly projects: () => readonly Project[]) {}

  /** The calls of a project, or of all that are open, by name. Files that cannot be used are told with the reason. */
  async list(project: string): Promise<SavedCallFile[]> {
    const chosen = project === '' ? this.projects() : [this.project(project)];
    const found = await Promise.all(chosen.map((one) => this.listOf(one)));
    return found.flat();
  }

  /** Writes a call; resolves with its file. */
  async save(project: string, call: SavedCall): Promise<string> {
    const file = this.fileOf(this.project(project), call.name);
    if (!call.service) throw new MicroError('api.invalid', 'a saved call needs a service');
    // Others read it too: it belongs to the project, not to our home.
    await writeFileAtomic(file, formatCallFile(call), { mode: 0o644 });
    return file;
  }

  async remove(project: string, name: string): Promise<void> {
    const file = this.fileOf(this.project(project), name);
    try {
      await rm(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new MicroError('storage.failed', `${file} cannot be removed`, { cause: error });
      }
      throw new MicroError('calls.not-found', `there is no saved call "${name}"`);
    }
  }

  /** A call by its name, in whichever open project. */
  async get(name: string): Promise<SavedCall> {
    const found = (await this.list('')).find((one) => one.call?.name === name);
    if (found?.call) return found.call;
    throw new MicroError('calls.not-found', `there is no saved call "${name}"`);
  }

  private project(name: string): Project {
    const open = this.projects();
    const project = name === '' && open.length === 1 ? open[0] : open.find((one) => one.name === name);
    if (project) return project;
    const names = open.map((one) => one.name).join(', ') || 'none';
    throw new MicroError(
      name === '' ? 'api.invalid' : 'project.not-found',
      name === '' ? 'the project is not named' : `there is no open project "${name}"`,
      { next: `open projects: ${names}` },
    );
  }

  private async listOf(project: Project): Promise<SavedCallFile[]> {
    const folder = folderOf(project);
    const names = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort();
    return Promise.all(
      names.map(async (name) => {
        const file = join(folder, name);
        const base = { project: project.name, file };
        try {
          // Looked at first: a pipe or a device under such a name would never be read to its end.
          const found = await stat(file);
          if (!found.isFile()) return create(SavedCallFileSchema, { ...base, problem: 'it is no file' });
          if (found.size > MAX_FILE_BYTES) return create(SavedCallFileSchema, { ...base, problem: 'it is too large' });
          const text = await readFile(file, 'utf8');
          return create(SavedCallFileSchema, { ...base, ...parseCallFile(name.replace(/\.ya?ml$/, ''), text) });
        } catch (error) {
          return create(SavedCallFileSchema, { ...base, problem: (error as Error).message });
        }
      }),
    );
  }

  private fileOf(project: Project, name: string): string {
    if (!NAME.test(name) || RESERVED.test(name)) {
      throw new MicroError('api.invalid', `"${name}" cannot be the name of a saved call`, {
        next: 'use letters, digits, spaces, "-" and "_", at most 64, beginning with a letter or digit',
      });
    }
    return join(folderOf(project), `${name}.yaml`);
  }
}

function folderOf(project: Project): string {
  return join(project.folder, '.micro', 'calls');
}
