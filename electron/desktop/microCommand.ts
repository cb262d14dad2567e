import { homedir } from 'node:os';
import { join } from 'node:path';
import { type CommandOptions, commandState, installCommand } from './commandInstaller.ts';
import type { KeptPreferences } from './keptPreferences.ts';
import type { MainLog } from './mainLog.ts';
import { runProgram } from './runProgram.ts';

/** What a {@link MicroCommand} works with. */
export interface MicroCommandOptions {
  packaged: boolean;
  /** Where the packaged app keeps what comes with it. */
  resources: string;
  preferences: KeptPreferences;
  log: MainLog;
}

/** The `micro` command that this copy of the app brings with it: offers it once, installs it, and keeps it working. */
export class MicroCommand {
  constructor(private readonly options: MicroCommandOptions) {}

  /** Whether this copy has a command to install: a checkout has not, nor what Windows unpacks for one run. */
  get isAvailable(): boolean {
    return this.options.packaged && process.env['PORTABLE_EXECUTABLE_FILE'] === undefined;
  }

  /** Whether the user should be asked. After {@link dismiss} it is left to the menu. */
  async isOffered(): Promise<boolean> {
    if (!this.isAvailable || !this.options.preferences.current.offerCommand) return false;
    return (await commandState(this.where())) === 'missing';
  }

  /** Ends the offer. */
  async dismiss(): Promise<void> {
    await this.options.preferences.change({ offerCommand: false });
  }

  /** Installs it; resolves with what came of it, as a sentence. */
  async install(): Promise<{ ok: boolean; message: string }> {
    try {
      if (!this.isAvailable) throw new Error('This copy of the app has no command of its own.');
      const message = await installCommand(this.where());
      this.options.log.info(`the micro command: ${message}`);
      return { ok: true, message };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.options.log.warn(`the micro command was not installed: ${message}`);
      return { ok: false, message };
    }
  }

  /** Points an installed command to where the app is now. */
  async follow(): Promise<void> {
    if (this.isAvailable && (await commandState(this.where())) === 'outdated') await this.install();
  }

  private where(): CommandOptions {
    const name = process.platform === 'win32' ? 'micro.cmd' : 'micro';
    return {
      platform: process.platform,
      command: join(this.options.resources, 'bin', name),
      appImage: process.env['APPIMAGE'],
      home: homedir(),
      path: process.env['PATH'] ?? '',
      run: runProgram,
    };
  }
}
