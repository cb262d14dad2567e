/**
 * Keeps something costly, such as a worker with a large program in it, for as long as it is used: it is made by the first use and
 * ended `idleMs` after the last one. One whose use failed is ended at once, and the next use makes another.
 */
export function keptWhileUsed<T>(
  make: () => Promise<T>,
  end: (thing: T) => void,
  idleMs: number,
): <R>(work: (thing: T) => Promise<R>) => Promise<R> {
  let kept: { thing: Promise<T>; uses: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const drop = (entry: { thing: Promise<T> }): void => {
    if (kept === entry) kept = undefined;
    // One that could not be made has told so to who asked for it.
    void entry.thing.then(end, () => {});
  };
  return async (work) => {
    clearTimeout(timer);
    kept ??= { thing: make(), uses: 0 };
    const entry = kept;
    entry.uses++;
    try {
      return await work(await entry.thing);
    } catch (error) {
      if (kept === entry) drop(entry);
      throw error;
    } finally {
      entry.uses--;
      if (kept === entry && entry.uses === 0) timer = setTimeout(() => drop(entry), idleMs);
    }
  };
}
