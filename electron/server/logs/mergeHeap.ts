/** Holds items so that the first by `less` is at hand; for merging what is in order by itself. */
export class MergeHeap<T> {
  private readonly items: T[] = [];

  constructor(private readonly less: (a: T, b: T) => boolean) {}

  get top(): T | undefined {
    return this.items[0];
  }

  /** The first of the others: up to it the top may move on without a look at the heap. */
  get second(): T | undefined {
    const { items } = this;
    const [, left, right] = items;
    if (left === undefined || right === undefined) return left;
    return this.less(right, left) ? right : left;
  }

  get size(): number {
    return this.items.length;
  }

  push(item: T): void {
    const { items } = this;
    let i = items.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.less(items[i] as T, items[parent] as T)) break;
      this.swap(i, parent);
      i = parent;
    }
  }

  pop(): T | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    items[0] = last;
    this.settleTop();
    return top;
  }

  /** Puts the top where it belongs after it changed. */
  settleTop(): void {
    const { items } = this;
    let i = 0;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < items.length && this.less(items[child] as T, items[least] as T)) least = child;
      }
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private swap(a: number, b: number): void {
    const { items } = this;
    [items[a], items[b]] = [items[b] as T, items[a] as T];
  }
}
