import { findLine, foundSelection, type KeptSelection, type ReadPlace } from './keptPlace.ts';
import type { LogSelection } from './selection.ts';
import type { LogSource } from './logSource.ts';

/** What is brought back; undefined: it is not in this view (any more). */
export interface KeptReadingEvents {
  handlePlace(place: ReadPlace, row: number | undefined): void;
  handleSelection(selection: LogSelection): void;
}

/** Remembers what is read and selected by lines, and finds it again after the rows were numbered anew. */
export class KeptReading {
  /** As of the last picture. */
  lastRead: ReadPlace | undefined;
  lastSelection: KeptSelection | undefined;
  /** What was being read, and selected, when the rows were numbered anew. */
  private lost: { read: ReadPlace | undefined; selection: KeptSelection | undefined } | undefined;
  /** What is being looked up in order to go back to it. */
  private restoring: ReadPlace | undefined;
  private readonly life = new AbortController();

  constructor(
    private readonly source: LogSource,
    private readonly events: KeptReadingEvents,
  ) {}

  dispose(): void {
    this.life.abort();
  }

  /** What is to be read, but not found yet. */
  get awaited(): ReadPlace | undefined {
    return this.restoring ?? this.lost?.read;
  }

  /** The numbers of rows are not true any more; `read`: where to go back to. */
  lose(read: ReadPlace | undefined): void {
    this.lost ??= { read, selection: this.lastSelection };
  }

  /** The log changed: what was lost is looked up as soon as there are rows. */
  handleSource(): void {
    const { first, end, status } = this.source.extent();
    if (!this.lost || status !== 'open' || end <= first) return;
    const { read, selection } = this.lost;
    this.lost = undefined;
    void this.restore(read, selection);
  }

  private async restore(read: ReadPlace | undefined, selection: KeptSelection | undefined): Promise<void> {
    const { signal } = this.life;
    this.restoring = read;
    try {
      if (read) {
        const row = await findLine(this.source, read.address, signal);
        this.restoring = undefined;
        this.events.handlePlace(read, row);
      }
      const found = selection && (await foundSelection(this.source, selection, signal));
      if (found) this.events.handleSelection(found);
    } catch {
      // The view was closed, or the connection broke once more: the next one begins from the same place.
      if (!signal.aborted) this.lost ??= { read: this.restoring, selection };
      this.restoring = undefined;
    }
  }
}
