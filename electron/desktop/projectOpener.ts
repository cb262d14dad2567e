import type { ServerFile } from '../server/serverFile.ts';
import type { MainLog } from './mainLog.ts';
import type { RecentProjects } from './recentProjects.ts';
import { callServer } from './serverCalls.ts';

/** What a {@link ProjectOpener} works with. */
export interface ProjectOpenerOptions {
  /** The server in use, or undefined while there is none. */
  server: () => ServerFile | undefined;
  recentProjects: RecentProjects;
  /** Shows the page on which a folder is chosen; it says what is wrong with one. */
  showOpenPage: () => void;
  log: MainLog;
}

/** Opens folders as projects on the server; those that were asked for before there is one wait for it. */
export class ProjectOpener {
  private waiting: string[] = [];

  constructor(private readonly options: ProjectOpenerOptions) {}

  /** Opens folders, absolute, and those that waited; an empty list says that the server may be there now. */
  async open(folders: readonly string[]): Promise<void> {
    this.waiting.push(...folders);
    const server = this.options.server();
    if (!server) return;
    for (const folder of this.waiting.splice(0)) {
      try {
        const opened = (await callServer(server, 'desktop.Desktop/OpenProject', { folder, start: true })) as {
          project?: { name?: string };
        };
        await this.options.recentProjects.add(opened.project?.name ?? folder, folder);
      } catch (error) {
        this.options.log.error(`the project ${folder} was not opened`, error);
        this.options.showOpenPage();
      }
    }
  }
}
