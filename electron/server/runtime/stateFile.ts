import { join } from 'node:path';
import { SerialQueue } from '../base/async.ts';
import { errorText, type Logger } from '../base/logger.ts';
import type { SavedAttachment } from './attachments.ts';
import type { RuntimeFiles } from './options.ts';
import type { AdHocService } from './runtime.ts';

/** What has to come back after a restart of the server. */
export interface SavedState {
  version: 1;
  projects: { folder: string; openedAt: number }[];
  added: (AdHocService & { name: string })[];
  /** Names of the services that the user wants to run. */
  wanted: string[];
  /** Absent in files of earlier versions. */
  attached?: SavedAttachment[];
}

/** state.json of MICRO_HOME. Writing is left to a later tick, so that a hundred changes at once are one write. */
export class StateFile {
  private readonly path: string;
  private readonly queue = new SerialQueue();
  private isDue = false;
  private lastText = '';

  constructor(
    home: string,
    private readonly files: RuntimeFiles,
    private readonly logger: Logger,
    private readonly current: () => SavedState,
    private readonly onProblem: (text: string) => void,
  ) {
    this.path = join(home, 'state.json');
  }

  /** The saved state; a damaged file is kept aside under another name and counts as empty. */
  async read(): Promise<SavedState> {
    const empty: SavedState = { version: 1, projects: [], added: [], wanted: [] };
    const text = await this.files.readText(this.path);
    if (text === undefined) return empty;
    try {
      const data = JSON.parse(text) as Partial<SavedState> | null;
      if (data === null || typeof data !== 'object' || data.version !== 1) throw new Error('not a state of version 1');
      const list = <T>(value: unknown, isFit: (item: T) => boolean): T[] =>
        Array.isArray(value) ? (value as T[]).filter((item) => item !== null && isFit(item)) : [];
      return {
        version: 1,
        projects: list<SavedState['projects'][number]>(data.projects, (item) => typeof item.folder === 'string'),
        added: list<SavedState['added'][number]>(
          data.added,
          (item) => typeof item.name === 'string' && typeof item.folder === 'string',
        ),
        wanted: list<string>(data.wanted, (item) => typeof item === 'string'),
        attached: list<SavedAttachment>(
          data.attached,
          (item) => typeof item.service === 'string' && typeof item.port === 'number' && typeof item.pid === 'number',
        ),
      };
    } catch (error) {
      const aside = `${this.path}.damaged-${Date.now()}`;
      await this.files.writeText(aside, text);
      this.logger.error('state.json is damaged', { error: errorText(error), aside });
      this.onProblem(
        `The list of open projects could not be read and starts empty; the damaged file is kept as ${aside}.`,
      );
      return empty;
    }
  }

  /** Saves soon. */
  save(): void {
    if (this.isDue) return;
    this.isDue = true;
    void this.queue.run(async () => {
      // One turn later: everything that changes together is written together.
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.isDue = false;
      const text = `${JSON.stringify(this.current(), null, 2)}\n`;
      if (text === this.lastText) return;
      try {
        await this.files.writeText(this.path, text);
        this.lastText = text;
      } catch (error) {
        this.logger.error('state.json could not be written', { error: errorText(error) });
        this.onProblem(`The list of open projects could not be saved: ${errorText(error)}`);
      }
    });
  }

  /** Everything that was to be saved is. */
  async flush(): Promise<void> {
    await this.queue.idle();
  }
}
