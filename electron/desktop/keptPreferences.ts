import type { JsonFile } from './jsonFile.ts';
import { defaultPreferences, type Preferences } from './preferences.ts';

/** The user's choices as they hold now, and their file. */
export class KeptPreferences {
  private values = defaultPreferences;
  private reading: Promise<Preferences | undefined> | undefined;

  constructor(private readonly file: JsonFile<Preferences>) {}

  get current(): Preferences {
    return this.values;
  }

  /** Reads the file, so that {@link load} has nothing to wait for, unless the file has to be mended. */
  startReading(): void {
    this.reading ??= this.file.readAtStart();
  }

  /** Resolves once what was chosen earlier holds. */
  async load(): Promise<Preferences> {
    this.startReading();
    this.values = (await this.reading) ?? defaultPreferences;
    return this.values;
  }

  /** Changes some choices; resolves when they are written. */
  async change(changed: Partial<Preferences>): Promise<void> {
    this.values = { ...this.values, ...changed };
    await this.file.write(this.values);
  }

  /** Resolves when nothing is left to be written. */
  flush(): Promise<void> {
    return this.file.flush();
  }
}
