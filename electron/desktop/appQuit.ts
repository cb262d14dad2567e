import { app } from 'electron';
import type { KeptPreferences } from './keptPreferences.ts';
import type { MainLog } from './mainLog.ts';
import type { MainWindow } from './mainWindow.ts';
import { askWhatToDo, runningServices, stopServer } from './quitting.ts';
import type { ServerStarter } from './serverStarter.ts';
import type { SystemIntegration } from './systemIntegration.ts';

/** What an {@link AppQuit} ends, and what it asks. */
export interface AppQuitOptions {
  /** MICRO_HOME, absolute. */
  home: string;
  server: ServerStarter;
  window: MainWindow;
  system: SystemIntegration;
  log: MainLog;
  /** Says what the user chose to happen to running services. */
  preferences: KeptPreferences;
}

/** How the app ends: whether it may, what becomes of the services, and in which order the parts go. */
export class AppQuit {
  private state: 'no' | 'asking' | 'ending' | 'done' = 'no';

  constructor(private readonly options: AppQuitOptions) {}

  /** Whether nothing can stop the end any more. */
  get isEnding(): boolean {
    return this.state === 'ending' || this.state === 'done';
  }

  /** Whether the process may go: everything has ended. */
  get isDone(): boolean {
    return this.state === 'done';
  }

  /** Whether the window may close by itself; elsewhere than on macOS closing it is quitting, with the same question. */
  mayClose(): boolean {
    if (process.platform === 'darwin' || this.isDone) return true;
    void this.begin('ask');
    return false;
  }

  /** After the last window closed. macOS keeps an app without windows. */
  handleWindowsClosed(): void {
    if (process.platform !== 'darwin' && this.state === 'no') app.quit();
  }

  /**
   * Ends the app. `ask`: the user did it, and is asked what becomes of running services unless that was remembered.
   * `told`: by the system; what was remembered holds, else everything that this app started is stopped. A server that
   * the app found running is nobody's to stop here, and goes on.
   */
  async begin(how: 'ask' | 'told'): Promise<void> {
    if (this.isEnding || (this.state === 'asking' && how === 'ask')) return;
    this.state = 'asking';
    const { home, log, preferences } = this.options;
    const server = this.options.server.connection;
    let stop = this.options.server.isOwn;
    if (server && stop) {
      const running = await runningServices(server, log);
      if (running.length > 0 && preferences.current.onQuit === 'keep') stop = false;
      else if (running.length > 0 && how === 'ask' && preferences.current.onQuit === 'ask') {
        const answer = await askWhatToDo(this.options.window.native, running);
        // While the question stood, a signal may have answered it.
        if (this.state !== 'asking') return;
        if (!answer) {
          this.state = 'no';
          return;
        }
        stop = answer.choice === 'stop';
        if (answer.remember) {
          await preferences.change({ onQuit: answer.choice }).catch((error: unknown) => log.error('not kept', error));
        }
      }
    }
    await this.endWith(
      () => app.quit(),
      async () => {
        if (server && stop) await stopServer(home, server, log);
      },
    );
  }

  /** Ends everything in order; `last` ends the process, or has it replaced. Services run on unless `stopServices` ends them. */
  async endWith(last: () => void, stopServices: () => Promise<void> = async () => {}): Promise<void> {
    this.state = 'ending';
    const { server, system, window, log, preferences } = this.options;
    server.stop();
    system.stop();
    await window.close();
    await stopServices();
    await preferences.flush();
    await server.noted();
    log.info('ended');
    await log.flush();
    this.state = 'done';
    last();
  }
}
