import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that describe a project are small; of a bigger one the beginning says enough. */
const maxBytes = 256 * 1024;

/** A folder as finders look at it: its names, and its files once they are asked for. */
export class FolderView {
  private readonly texts = new Map<string, Promise<string | undefined>>();

  private constructor(
    /** Absolute. */
    readonly path: string,
    /** Relative to the project, `/` between names; empty for the project itself. */
    readonly relative: string,
    readonly files: ReadonlySet<string>,
    readonly folders: readonly string[],
    readonly parent: FolderView | undefined,
  ) {}

  /** Resolves with an empty view when the folder cannot be read. Links to folders are not followed. */
  static async open(path: string, relative: string, parent?: FolderView): Promise<FolderView> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const names = (isWanted: (entry: (typeof entries)[number]) => boolean): string[] =>
      entries
        .filter(isWanted)
        .map((entry) => entry.name)
        .sort();
    return new FolderView(
      path,
      relative,
      new Set(names((entry) => entry.isFile())),
      names((entry) => entry.isDirectory()),
      parent,
    );
  }

  /** The view of a folder in it. */
  child(name: string): Promise<FolderView> {
    return FolderView.open(join(this.path, name), this.relative === '' ? name : `${this.relative}/${name}`, this);
  }

  /** The text of a file in it (or below it); undefined when there is none. */
  read(name: string): Promise<string | undefined> {
    let text = this.texts.get(name);
    if (!text) this.texts.set(name, (text = readStart(join(this.path, name))));
    return text;
  }

  /** The first of these files that is there. */
  first(...names: string[]): string | undefined {
    return names.find((name) => this.files.has(name));
  }

  /** This folder and those above it, up to the project. */
  *upward(): Generator<FolderView> {
    for (let view: FolderView | undefined = this as FolderView; view; view = view.parent) yield view;
  }

  /** `../../` and so on: the way from here up to `above`; empty for the same folder. */
  wayUpTo(above: FolderView): string {
    const depth = (view: FolderView): number => (view.relative === '' ? 0 : view.relative.split('/').length);
    return '../'.repeat(depth(this) - depth(above));
  }
}

async function readStart(path: string): Promise<string | undefined> {
  let file: Awaited<ReturnType<typeof open>> | undefined;
  try {
    file = await open(path);
    const buffer = Buffer.alloc(maxBytes);
    const { bytesRead } = await file.read(buffer, 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}
