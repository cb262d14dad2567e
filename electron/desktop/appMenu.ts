import { join } from 'node:path';
import { app, shell } from 'electron';
import type { DesktopCommand } from '../../shared/contract/bridge.ts';
import type { KeptPreferences } from './keptPreferences.ts';
import type { MainLog } from './mainLog.ts';
import { installMenu } from './menu.ts';
import type { MicroCommand } from './microCommand.ts';
import type { RecentProjects } from './recentProjects.ts';
import type { SystemIntegration } from './systemIntegration.ts';

/** What an {@link AppMenu} shows and does. */
export interface AppMenuOptions {
  /** MICRO_HOME, absolute. */
  home: string;
  system: SystemIntegration;
  command: MicroCommand;
  preferences: KeptPreferences;
  recentProjects: RecentProjects;
  /** Opens a folder that was opened before. */
  open: (folder: string) => void;
  /** Asks the user for a folder and opens it. */
  chooseFolder: () => void;
  /** Does something in the page. */
  send: (command: DesktopCommand) => void;
  log: MainLog;
}

/** The menu and the system's own list of recent folders, made anew when what they show has changed. */
export class AppMenu {
  constructor(private readonly options: AppMenuOptions) {}

  /** Shows what holds now: recent projects, choices. */
  async show(): Promise<void> {
    const { home, system, command, recentProjects, open, chooseFolder, send } = this.options;
    const recent = await recentProjects.list();
    installMenu({
      openFolder: chooseFolder,
      send,
      quit: () => app.quit(),
      showLogs: () => void shell.openPath(join(home, 'logs')),
      recent,
      openRecent: open,
      tray: this.choice('tray', (wanted) => system.setTray(wanted)),
      startAtLogin: this.choice('startAtLogin', (wanted) => system.setStartAtLogin(wanted)),
      checkForUpdates: system.canUpdate ? () => system.checkForUpdates() : undefined,
      installCommand: command.isAvailable ? () => void system.installCommand() : undefined,
    });
    recentProjects.showToSystem(recent, open);
  }

  private choice(
    name: 'tray' | 'startAtLogin',
    apply: (wanted: boolean) => void | Promise<void>,
  ): { isOn: boolean; set: (wanted: boolean) => void } {
    const { preferences, log } = this.options;
    const failed = (error: unknown): void => log.error(`${name} was not changed`, error);
    return {
      isOn: preferences.current[name],
      set: (wanted) => {
        Promise.resolve(apply(wanted))
          .then(() => preferences.change({ [name]: wanted }), failed)
          .catch(failed);
      },
    };
  }
}
