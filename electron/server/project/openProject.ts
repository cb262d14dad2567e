import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { findManifest, manifestNames } from './findManifest.ts';
import { NamesWatch } from './namesWatch.ts';
import { discoveredManifest } from './discoveredManifest.ts';
import { envFilesStamp, withFileVariables } from './fileVariables.ts';
import { manifestError } from './manifestError.ts';
import { type ParsedManifest, parseManifest } from './manifestParser.ts';

/** How often it is looked whether micro.yaml changed, where the system does not tell: a stat is right on every file system. */
const pollMs = 500;
/**
 * The same where it does: for what another machine saves on a shared disk, and for env files, which lie anywhere. A look takes
 * little, but each one wakes a server that is at rest, and there is one for every open project.
 */
const restPollMs = 3000;

/** Reads and checks the manifest of a folder. Rejects with `manifest.*` or `project.folder-missing`. */
export async function loadManifest(folder: string): Promise<{ path: string; text: string; manifest: ParsedManifest }> {
  if (!(await isFolder(folder))) {
    throw new MicroError('project.folder-missing', `the folder ${folder} does not exist`, { next: 'Check the path.' });
  }
  const path = await findManifest(folder);
  if (!path) {
    throw new MicroError('manifest.missing', `${folder} has no micro.yaml`, {
      next: 'Let the services be discovered and written into one: micro init.',
    });
  }
  const text = await readManifest(path);
  const result = parseManifest(text, folder, path);
  if (!result.ok) throw manifestError(path, result.problems);
  return { path, text, manifest: result.manifest };
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function readManifest(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MicroError('manifest.unreadable', `${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A folder that is open: its last good manifest, and what is wrong with the newest one. */
export class OpenProject implements Disposable {
  private readonly emitter = new Emitter<void>();
  /** The manifest changed: `manifest` is newer, or `problem` says why it is not. */
  readonly onDidChange = this.emitter.event;
  readonly folder: string;
  manifest: ParsedManifest = { name: '', services: [], warnings: [] };
  path = '';
  problem: MicroError | undefined;

  private text = '';
  private stamp = '';
  private filesStamp = '';
  private timer: Disposable | undefined;
  private readonly told: NamesWatch;
  private isLooking = false;

  constructor(
    folder: string,
    readonly openedAt: number,
    private readonly clock: Clock,
  ) {
    this.folder = resolve(folder);
    this.told = new NamesWatch(this.folder, manifestNames, clock, () => void this.look());
  }

  /** Loads the manifest; rejects when it is not usable. */
  async load(): Promise<void> {
    this.stamp = await this.readStamp();
    if (this.stamp === '' && (await isFolder(this.folder))) {
      this.manifest = await discoveredManifest(this.folder);
      return;
    }
    const loaded = await loadManifest(this.folder);
    this.path = loaded.path;
    this.text = loaded.text;
    this.manifest = await this.withFiles(loaded.manifest);
    this.problem = cycleProblem(loaded.path, loaded.manifest);
  }

  /** Follows the file until it is disposed. */
  watch(): void {
    if (this.timer) return;
    this.told.renew();
    this.plan();
  }

  private plan(): void {
    const look = async (): Promise<void> => {
      await this.look();
      if (this.timer) this.plan();
    };
    this.timer = this.clock.setTimeout(() => void look(), this.told.isOn ? restPollMs : pollMs);
  }

  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const stamp = await this.readStamp();
      if (stamp !== this.stamp) {
        // It may be in a folder that took the place of the one before.
        if (this.timer) this.told.renew();
        await this.reload(stamp);
      } else if ((await envFilesStamp(this.manifest.services)) !== this.filesStamp) await this.followFiles();
    } finally {
      this.isLooking = false;
    }
  }

  /** What the env files set is known beside the manifest; nothing is started anew for it. */
  private async followFiles(): Promise<void> {
    const before = JSON.stringify(this.manifest.services);
    this.manifest = await this.withFiles(this.manifest);
    if (this.timer && JSON.stringify(this.manifest.services) !== before) this.emitter.fire();
  }

  private async withFiles(manifest: ParsedManifest): Promise<ParsedManifest> {
    // Before they are read: a change in between is seen at the next look.
    this.filesStamp = await envFilesStamp(manifest.services);
    return { ...manifest, services: await withFileVariables(manifest.services) };
  }

  /** Reads the file again; the last good version stays when the new one cannot be used. */
  private async reload(stamp: string): Promise<void> {
    try {
      const loaded = await loadManifest(this.folder);
      const { path, text } = loaded;
      this.stamp = stamp;
      if (text === this.text && this.problem === undefined) return;
      const manifest = await this.withFiles(loaded.manifest);
      this.path = path;
      this.text = text;
      const { name } = this.manifest;
      this.manifest = { ...manifest, name, services: manifest.services.map((spec) => ({ ...spec, project: name })) };
      this.problem =
        manifest.name === name
          ? cycleProblem(path, manifest)
          : new MicroError('manifest.invalid', `${path}: the project is open as "${name}", not as "${manifest.name}"`, {
              next: 'Close the project and open it again to rename it.',
            });
    } catch (error) {
      this.stamp = stamp;
      this.problem = error instanceof MicroError ? error : new MicroError('manifest.unreadable', String(error));
    }
    if (this.timer) this.emitter.fire();
  }

  private async readStamp(): Promise<string> {
    const path = (await findManifest(this.folder)) ?? '';
    if (!path) return '';
    return stat(path).then(
      (stats) => `${path} ${stats.ino} ${stats.size} ${stats.mtimeMs}`,
      () => '',
    );
  }

  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.told.dispose();
    this.emitter.dispose();
  }
}

function cycleProblem(path: string, manifest: ParsedManifest): MicroError | undefined {
  return manifest.warnings.length === 0 ? undefined : manifestError(path, manifest.warnings);
}
