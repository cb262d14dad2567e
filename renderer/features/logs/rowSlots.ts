/**
 * Gives each row on the screen a slot, which is the key of its element. A row keeps its slot while it is on the screen; one
 * that comes takes the slot of one that went. So when a flood replaces every row twenty times a second, texts change and no
 * element is made or removed, which costs several times more.
 */
export class RowSlots {
  private slots = new Map<number, number>();

  /** The slots of `rows`, in their order. */
  assign(rows: readonly number[]): number[] {
    const kept = new Map<number, number>();
    for (const row of rows) {
      const slot = this.slots.get(row);
      if (slot !== undefined) kept.set(row, slot);
    }
    const taken = new Set(kept.values());
    let free = 0;
    const assigned = rows.map((row) => {
      const own = kept.get(row);
      if (own !== undefined) return own;
      while (taken.has(free)) free++;
      kept.set(row, free);
      return free++;
    });
    this.slots = kept;
    return assigned;
  }
}
