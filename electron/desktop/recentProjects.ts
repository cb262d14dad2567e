import { stat } from 'node:fs/promises';
import { app, Menu } from 'electron';
import * as z from 'zod/mini';
import type { RecentProject } from '../../shared/contract/bridge.ts';
import type { JsonFile } from './jsonFile.ts';
import { ownProgram, windowsWord } from './ownProgram.ts';

/** More than fit on the welcome view are never looked at. */
const MAX_RECENT = 20;
/** As many as a dock or a jump list shows without scrolling. */
const MAX_SHOWN = 8;

export const recentProjectsSchema = z.array(z.object({ name: z.string(), folder: z.string(), openedAt: z.number() }));

/** The folders opened last, newest first. Folders that are gone are left out, yet kept: a disk may come back. */
export class RecentProjects {
  constructor(
    private readonly file: JsonFile<RecentProject[]>,
    /** Is called after the list changed. */
    private readonly handleChange: () => void,
  ) {}

  async list(): Promise<RecentProject[]> {
    const known = (await this.file.read()) ?? [];
    const present = await Promise.all(
      known.map((project) =>
        stat(project.folder).then(
          (info) => info.isDirectory(),
          () => false,
        ),
      ),
    );
    return known.filter((_project, index) => present[index]);
  }

  async add(name: string, folder: string): Promise<void> {
    const known = ((await this.file.read()) ?? []).filter((project) => project.folder !== folder);
    await this.file.write([{ name, folder, openedAt: Date.now() }, ...known].slice(0, MAX_RECENT));
    // Known to the dock and the jump list; does nothing on Linux.
    app.addRecentDocument(folder);
    this.handleChange();
  }

  async remove(folder: string): Promise<void> {
    const known = (await this.file.read()) ?? [];
    await this.file.write(known.filter((project) => project.folder !== folder));
    this.handleChange();
  }

  /** Puts the list where the system shows such: the dock's menu on macOS, the jump list on Windows. */
  showToSystem(recent: readonly RecentProject[], open: (folder: string) => void): void {
    const shown = recent.slice(0, MAX_SHOWN);
    if (process.platform === 'darwin') {
      const items = shown.map(({ name, folder }) => ({ label: name, click: () => open(folder) }));
      app.dock?.setMenu(Menu.buildFromTemplate(items));
    } else if (process.platform === 'win32') {
      const items = shown.map(({ name, folder }) => ({
        type: 'task' as const,
        title: name,
        description: folder,
        program: ownProgram(),
        args: `--project ${windowsWord(folder)}`,
      }));
      app.setJumpList([{ type: 'custom', name: 'Recent projects', items }]);
    }
  }
}
