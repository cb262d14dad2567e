import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that a page names in its HTML: scripts, styles, and what it wants loaded ahead. */
const NAMED = /(?:src|href)="\.\/([^"]+)"/g;

/**
 * Reads the page and what it names ahead of the window that asks for it. Reading takes several turns of the main process,
 * each of which stands behind Electron's own start; done beside that start, all is in memory when it is asked for. Each is
 * given out once and then forgotten: whoever loads the page again reads what the disk says then.
 */
export class FirstFiles {
  private readonly files = new Map<string, Promise<Buffer>>();

  constructor(private readonly folder: string) {}

  /** Begins to read. */
  start(): void {
    this.readAll().catch(() => {
      // Whoever asks for the file is told.
    });
  }

  /** The contents of a file of the folder, if it was read ahead and not given out yet. */
  take(file: string): Promise<Buffer> | undefined {
    const content = this.files.get(file);
    this.files.delete(file);
    return content;
  }

  private async readAll(): Promise<void> {
    const page = await this.read('index.html');
    for (const [, name] of page.toString('utf8').matchAll(NAMED)) if (name !== undefined) void this.read(name);
  }

  private read(name: string): Promise<Buffer> {
    const content = readFile(join(this.folder, name));
    // Else a file that is missing and never asked for would end the app.
    content.catch(() => {});
    this.files.set(join(this.folder, name), content);
    return content;
  }
}
