import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';

/** Records of a page: two or three windows full, so that scrolling seldom waits and an answer stays small. */
export const pageRows = 200;
/** Pages that are held; what is farther away is asked for again. */
const maxPages = 15;
/** Pages that are on their way at once; those that nobody looks at any more are not asked for. */
const maxLoads = 2;
/**
 * Up to this page places are counted from the begin, which is exact. Deeper, where counting takes the server longer than
 * 10 ms, they are counted from the key that the view begins with, so that what one reads stays where it is.
 */
const exactPages = 50;

/** Which part of the list a page is: behind a key, and so many records further. */
export interface PageRequest {
  readonly after: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** Brings a part of the list. */
export type LoadPage = (
  request: PageRequest,
  signal: AbortSignal,
) => Promise<{ records: readonly RecordInfo[]; more: boolean }>;

interface Page {
  readonly records: readonly RecordInfo[];
  readonly more: boolean;
  readonly generation: number;
}

/** The keys of a list of any length, of which only the pages near what is looked at are held. */
export class KeyPages {
  private readonly pages = new Map<number, Page>();
  /** The last key before a page, as far as it is known. */
  private readonly anchors = new Map<number, string>();
  private readonly loading = new Map<number, AbortController>();
  private generation = 0;
  private wanted = { first: 0, last: 0 };
  private total = 0;
  private end: number | undefined;
  private failure: unknown;
  private loadedOnce = false;

  constructor(
    private readonly load: LoadPage,
    private readonly handleChange: () => void,
  ) {}

  /** Rows of the list: as many as the server said it has, else as many as are known, and a page more while there is more. */
  get count(): number {
    if (this.end !== undefined) return this.end;
    let known = 0;
    // An empty page only says that the list ends before it.
    for (const [index, { records, more }] of this.pages)
      if (records.length > 0) known = Math.max(known, index * pageRows + records.length + (more ? pageRows : 0));
    return Math.max(known, this.total);
  }

  /** Whether {@link count} is the true number. */
  get isCounted(): boolean {
    return this.end !== undefined || this.total > 0;
  }

  get loaded(): boolean {
    return this.loadedOnce;
  }

  /** What the last page failed with; undefined once one came again. */
  get error(): unknown {
    return this.failure;
  }

  /** The record in a row, when it is there. */
  row(index: number): RecordInfo | undefined {
    return this.pages.get(Math.floor(index / pageRows))?.records[index % pageRows];
  }

  /** The row of a key among those that are held. */
  indexOf(key: string): number | undefined {
    for (const [page, { records }] of this.pages) {
      const at = records.findIndex((record) => record.key === key);
      if (at >= 0) return page * pageRows + at;
    }
    return undefined;
  }

  /** Rows `first` up to but without `end` are looked at. */
  want(first: number, end: number): void {
    const last = Math.min(Math.max(first, end - 1), Math.max(first, this.count - 1));
    this.wanted = { first: Math.floor(first / pageRows), last: Math.floor(last / pageRows) };
    this.next();
  }

  /** How many records the whole list has, where somebody counts them. */
  setTotal(total: number): void {
    if (total === this.total) return;
    this.total = total;
    this.handleChange();
  }

  /** Something in the list has changed: what is looked at is asked for anew, and shown as it was until it comes. */
  refresh(): void {
    this.generation += 1;
    for (const load of this.loading.values()) load.abort();
    this.loading.clear();
    const { first } = this.wanted;
    const anchor = first > exactPages ? this.anchors.get(first) : undefined;
    this.anchors.clear();
    if (anchor !== undefined) this.anchors.set(first, anchor);
    for (const index of this.pages.keys()) if (index < first || index > this.wanted.last) this.pages.delete(index);
    this.end = undefined;
    this.next();
  }

  /** Gives up what is on its way. */
  dispose(): void {
    for (const load of this.loading.values()) load.abort();
    this.loading.clear();
  }

  private next(): void {
    for (const [index, load] of this.loading) {
      if (index >= this.wanted.first && index <= this.wanted.last) continue;
      load.abort();
      this.loading.delete(index);
    }
    for (let index = this.wanted.first; index <= this.wanted.last; index++) {
      if (this.loading.size >= maxLoads) return;
      if (this.loading.has(index) || this.pages.get(index)?.generation === this.generation) continue;
      if (this.end !== undefined && index > 0 && index * pageRows >= this.end) continue;
      void this.fetch(index);
    }
  }

  private requestOf(index: number): PageRequest {
    for (let from = index; from > 0; from--) {
      const after = this.anchors.get(from);
      if (after !== undefined) return { after, offset: (index - from) * pageRows, limit: pageRows };
    }
    return { after: undefined, offset: index * pageRows, limit: pageRows };
  }

  private async fetch(index: number): Promise<void> {
    const { generation } = this;
    const load = new AbortController();
    this.loading.set(index, load);
    try {
      const { records, more } = await this.load(this.requestOf(index), load.signal);
      if (load.signal.aborted) return;
      this.failure = undefined;
      this.loadedOnce = true;
      this.pages.set(index, { records, more, generation });
      const last = records.at(-1);
      if (last && more) this.anchors.set(index + 1, last.key);
      if (!more && (records.length > 0 || index === 0)) this.end = index * pageRows + records.length;
      // The list has become shorter than where one looks: it ends before this page.
      else if (records.length === 0) this.total = Math.min(this.total, index * pageRows);
      this.drop();
    } catch (error) {
      if (load.signal.aborted) return;
      this.failure = error;
      // Asking again at once would fail again; the next look or change does.
      this.loading.delete(index);
      this.handleChange();
      return;
    }
    this.loading.delete(index);
    this.next();
    this.handleChange();
  }

  /** Lets go of the pages that are farthest from what is looked at. */
  private drop(): void {
    const centre = (this.wanted.first + this.wanted.last) / 2;
    const byDistance = [...this.pages.keys()].sort((a, b) => Math.abs(b - centre) - Math.abs(a - centre));
    for (const index of byDistance.slice(0, Math.max(0, this.pages.size - maxPages))) this.pages.delete(index);
  }
}
