import type * as z from 'zod';
import { JsonFile as StoredFile } from '../server/host/jsonFile.ts';

/**
 * A small JSON file of the app, e.g. where its window was. A crash leaves the old contents or the new; a file that cannot be
 * read as what it should be is kept aside, and the last good copy takes its place where there is one.
 */
export class JsonFile<T> {
  private readonly file: StoredFile<T>;

  constructor(
    private readonly path: string,
    schema: z.ZodType<T>,
    /** Is told what was wrong with the file and where it is kept. */
    private readonly handleProblem: (text: string) => void,
  ) {
    this.file = new StoredFile({
      path,
      parse: (value) => {
        const { success, data, error } = schema.safeParse(value);
        if (success) return data;
        throw new Error(error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
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

  /** Replaces the contents. Writes follow one another; the promise rejects when this one failed. */
  write(value: T): Promise<void> {
    return this.file.write(value);
  }

  /** Resolves when all writes so far are done. */
  flush(): Promise<void> {
    return this.file.idle();
  }
}
