import { config, type ZodMiniType } from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { JsonFile as StoredFile } from '../server/host/jsonFile.ts';
import { textNow } from './atStart.ts';

/**
 * A small JSON file of the app, e.g. where its window was. A crash leaves the old contents or the new; a file that cannot be
 * read as what it should be is kept aside, and the last good copy takes its place where there is one.
 */
export class JsonFile<T> {
  private readonly file: StoredFile<T>;
  private wasReadAtStart = false;

  constructor(
    private readonly path: string,
    private readonly schema: ZodMiniType<T>,
    /** Is told what was wrong with the file and where it is kept. */
    private readonly handleProblem: (text: string) => void,
  ) {
    this.file = new StoredFile({
      path,
      parse: (value) => {
        const { success, data, error } = schema.safeParse(value);
        if (success) return data;
        // The library in its small form names no reason unless it is told the language.
        config(en());
        const issues = schema.safeParse(value).error?.issues ?? error.issues;
        throw new Error(issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
      },
    });
  }

  /** The contents, or undefined when there are none. Never rejects: the app starts without them. */
  async read(): Promise<T | undefined> {
    try {
      const found = await this.file.read();
      if (found.status === 'missing') return undefined;
      if (found.status === 'ok') return found.value;
      const instead = found.status === 'restored' ? 'the last good copy is used' : 'it begins anew';
      this.handleProblem(`${this.path}: ${found.problem}; it is kept as ${found.keptAs}, and ${instead}`);
      return found.status === 'restored' ? found.value : undefined;
    } catch (error) {
      this.handleProblem(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /**
   * As {@link read}, for what the window waits for: a file that is missing or as it should be is read before this returns.
   * Only what has to be mended takes its time.
   */
  readAtStart(): Promise<T | undefined> {
    const text = textNow(this.path);
    if (text === undefined) return Promise.resolve(undefined);
    const found = this.schema.safeParse(jsonOf(text));
    if (!found.success) return this.read();
    this.wasReadAtStart = true;
    return Promise.resolve(found.data);
  }

  /** Replaces the contents. Writes follow one another; the promise rejects when this one failed. */
  write(value: T): Promise<void> {
    // Only what was read in full is kept as the copy of what is replaced.
    if (this.wasReadAtStart) void this.read();
    this.wasReadAtStart = false;
    return this.file.write(value);
  }

  /** Resolves when all writes so far are done. */
  flush(): Promise<void> {
    return this.file.idle();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
