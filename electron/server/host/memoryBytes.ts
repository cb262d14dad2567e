import type { KeyRange, SortedBytes, SortedReader, SortedWriter } from './sortedBytes.ts';

/** Keys are kept as text of one character a byte, which sorts as the bytes do. */
type Rows = Map<string, Buffer>;

/** Sorted bytes that are gone with the process: for tests, and for what is asked to be nothing but memory. */
export class MemoryBytes<Space extends string> implements SortedBytes<Space> {
  private readonly spaces: ReadonlyMap<Space, { rows: Rows; sorted: string[] | undefined }>;

  constructor(spaces: readonly Space[]) {
    this.spaces = new Map(spaces.map((space) => [space, { rows: new Map(), sorted: [] }]));
  }

  async write<T>(step: (writer: SortedWriter<Space>) => T): Promise<T> {
    const undo: (() => void)[] = [];
    try {
      return step({
        ...this.reader(),
        put: (space, key, value) => undo.push(this.set(space, text(key), Buffer.from(value))),
        remove: (space, key) => undo.push(this.set(space, text(key), undefined)),
      });
    } catch (error) {
      for (const restore of undo.reverse()) restore();
      throw error;
    }
  }

  read<T>(look: (reader: SortedReader<Space>) => T): T {
    return look(this.reader());
  }

  async close(): Promise<void> {
    for (const space of this.spaces.values()) {
      space.rows.clear();
      space.sorted = [];
    }
  }

  private reader(): SortedReader<Space> {
    return {
      get: (space, key) => this.part(space).rows.get(text(key)),
      range: (space, range) => this.range(space, range),
      keyAt: (space, range, offset) => this.keyAt(space, range, offset),
    };
  }

  private keyAt(space: Space, { from, to, reverse }: KeyRange, offset: number): Buffer | undefined {
    const part = this.part(space);
    part.sorted ??= [...part.rows.keys()].sort();
    const begin = lowerBound(part.sorted, text(from));
    const end = lowerBound(part.sorted, text(to));
    const at = reverse ? end - 1 - offset : begin + offset;
    const key = at >= begin && at < end ? part.sorted[at] : undefined;
    return key === undefined ? undefined : Buffer.from(key, 'latin1');
  }

  private *range(space: Space, { from, to, reverse }: KeyRange): Iterable<{ key: Buffer; value: Buffer }> {
    const part = this.part(space);
    part.sorted ??= [...part.rows.keys()].sort();
    const keys = part.sorted.slice(lowerBound(part.sorted, text(from)), lowerBound(part.sorted, text(to)));
    for (const key of reverse ? keys.reverse() : keys) {
      const value = part.rows.get(key);
      if (value) yield { key: Buffer.from(key, 'latin1'), value };
    }
  }

  /** Puts or removes a row; the result takes it back. */
  private set(space: Space, key: string, value: Buffer | undefined): () => void {
    const part = this.part(space);
    const before = part.rows.get(key);
    if ((before === undefined) !== (value === undefined)) part.sorted = undefined;
    if (value) part.rows.set(key, value);
    else part.rows.delete(key);
    return () => this.set(space, key, before);
  }

  private part(space: Space): { rows: Rows; sorted: string[] | undefined } {
    const part = this.spaces.get(space);
    if (!part) throw new Error(`there is no space ${space}`);
    return part;
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Index of the first element that is not less than `key`. */
function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
