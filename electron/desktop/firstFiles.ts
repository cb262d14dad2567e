import { join } from 'node:path';
import { bytesNow } from './atStart.ts';

/** Files that a page names in its HTML: scripts, styles, and what it wants loaded ahead. */
const NAMED = /(?:src|href)="\.\/([^"]+)"/g;

/**
 * Reads the page and what it names ahead of the window that asks for it. Reading takes several turns of the main process,
 * each of which stands behind Electron's own start; done before that, all is in memory when it is asked for. Each is
 * given out once and then forgotten: whoever loads the page again reads what the disk says then.
 */
export class FirstFiles {
  private readonly files = new Map<string, Buffer>();

  constructor(private readonly folder: string) {}

  /** Reads. What is missing is told whoever asks for it. */
  start(): void {
    const page = this.read('index.html')?.toString('utf8') ?? '';
    for (const [, name] of page.matchAll(NAMED)) if (name !== undefined) this.read(name);
  }

  /** The contents of a file of the folder, if it was read ahead and not given out yet. */
  take(file: string): Buffer | undefined {
    const content = this.files.get(file);
    this.files.delete(file);
    return content;
  }

  private read(name: string): Buffer | undefined {
    const file = join(this.folder, name);
    const content = bytesNow(file);
    if (content) this.files.set(file, content);
    return content;
  }
}
