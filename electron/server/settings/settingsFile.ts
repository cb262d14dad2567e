import { MicroError } from '../../../shared/contract/errors.ts';
import {
  defaultSettings,
  type Settings,
  type SettingsChange,
  settingsProblems,
  settingsSchema,
} from '../../../shared/contract/settings.ts';
import { SerialQueue } from '../base/async.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { readText, writeFileAtomic } from '../host/files.ts';

/** What the file says at the moment. */
export interface SettingsState {
  settings: Settings;
  /** What is wrong with the file; then the settings are those that held before. */
  problem: string | undefined;
}

/**
 * settings.json of a MICRO_HOME. It is read anew whenever somebody asks, so that an edit by hand counts at once; a file that
 * is wrong is reported, never repaired or replaced, and what held before goes on.
 */
export class SettingsFile implements Disposable {
  private readonly changed = new Emitter<Settings>();
  /** The settings were changed through {@link change}. */
  readonly onDidChange = this.changed.event;
  private readonly queue = new SerialQueue();
  private last = defaultSettings;
  private reported: string | undefined;

  constructor(
    readonly path: string,
    private readonly logger: Logger,
  ) {}

  dispose(): void {
    this.changed.dispose();
  }

  async read(): Promise<SettingsState> {
    try {
      this.last = await this.readStrictly();
      this.reported = undefined;
      return { settings: this.last, problem: undefined };
    } catch (error) {
      const problem = errorText(error);
      if (problem !== this.reported) this.logger.error(`${problem}; what was set before goes on`);
      this.reported = problem;
      return { settings: this.last, problem };
    }
  }

  /** Changes some settings; rejects with `settings.invalid` and leaves the file as it is when a value cannot be. */
  change(change: SettingsChange): Promise<Settings> {
    return this.queue.run(async () => {
      const before = await this.readStrictly();
      const value = {
        ...before,
        logs: { ...before.logs, ...change.logs },
        traffic: { ...before.traffic, ...change.traffic },
        events: { ...before.events, ...change.events },
        auth: { ...before.auth, ...change.auth },
      };
      const problems = settingsProblems(value);
      if (problems.length > 0) throw new MicroError('settings.invalid', problems.join('; '));
      const next = settingsSchema.parse(value);
      await writeFileAtomic(this.path, `${JSON.stringify(next, null, 2)}\n`);
      this.last = next;
      this.changed.fire(next);
      return next;
    });
  }

  private async readStrictly(): Promise<Settings> {
    const text = await readText(this.path);
    if (text === undefined || text.trim() === '') return defaultSettings;
    const value = this.parse(text);
    const problems = settingsProblems(value);
    if (problems.length > 0) throw this.invalid(problems.join('; '));
    return settingsSchema.parse(value);
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.invalid(`it is not JSON: ${errorText(error)}`, error);
    }
  }

  private invalid(what: string, cause?: unknown): MicroError {
    return new MicroError('settings.invalid', `${this.path}: ${what}`, {
      next: 'Correct the file, or delete it to go back to the defaults.',
      details: { path: this.path },
      ...(cause ? { cause } : {}),
    });
  }
}
