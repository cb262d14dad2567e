import { app, powerMonitor } from 'electron';
import { type AppArguments, parseAppArguments } from './appArguments.ts';
import type { AppQuit } from './appQuit.ts';
import type { MainLog } from './mainLog.ts';

/** What {@link listenToLaunches} leads events to. */
export interface LaunchHandlers {
  /** Words that a relaunch needs before those of the user. */
  ownPath: readonly string[];
  quit: AppQuit;
  /** Does what a command line asks for. */
  follow: (args: AppArguments) => void;
  openWindow: () => void;
  log: MainLog;
}

/** What {@link listenToApp} leads events to. */
export interface AppEventHandlers {
  quit: AppQuit;
  openWindow: () => void;
  /** After the machine slept. */
  handleResume: () => void;
  log: MainLog;
}

/**
 * Listens for what other launches and the system want opened, until the process ends. Call at once after the lock is held:
 * another launch may hand over before the app is ready, and has ended when nobody hears it.
 */
export function listenToLaunches({ ownPath, quit, follow, openWindow, log }: LaunchHandlers): void {
  app.on('second-instance', (_event, _argv, _cwd, data) => {
    const { words, cwd } = (data ?? {}) as { words?: unknown; cwd?: unknown };
    const given = Array.isArray(words) ? words.filter((word): word is string => typeof word === 'string') : [];
    log.info(`a second launch handed over: ${given.join(' ') || 'nothing'}`);
    if (quit.isEnding) {
      // The other one has ended already and counts on us; what it was asked for is done by a fresh start.
      app.relaunch({ args: [...electronSwitches(), ...ownPath, ...given] });
      return;
    }
    follow(parseAppArguments(given, typeof cwd === 'string' ? cwd : process.cwd()));
    openWindow();
  });
  app.on('open-url', (event, url) => {
    event.preventDefault();
    follow(parseAppArguments([url], '/'));
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    follow(parseAppArguments([path], '/'));
  });
}

/** Listens for what the system and faults tell the app, until the process ends. Call once the app is ready. */
export function listenToApp({ quit, openWindow, handleResume, log }: AppEventHandlers): void {
  app.on('activate', openWindow);
  app.on('window-all-closed', () => quit.handleWindowsClosed());
  app.on('before-quit', (event) => {
    if (quit.isDone) return;
    event.preventDefault();
    void quit.begin('ask');
  });
  app.on('child-process-gone', (_event, { type, reason }) => log.warn(`a process of type ${type} ended: ${reason}`));
  // At logout and from a terminal there is nobody to ask.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => void quit.begin('told'));
  powerMonitor.on('resume', handleResume);
  process.on('uncaughtException', (error) => {
    log.error('a fault in the app', error);
    void quit.begin('told').then(() => app.exit(1));
  });
  process.on('unhandledRejection', (error) => log.error('a fault in the app', error));
}

/** Switches of Chromium that this process was started with and a relaunch needs again. */
function electronSwitches(): string[] {
  return app.commandLine.hasSwitch('no-sandbox') ? ['--no-sandbox'] : [];
}
