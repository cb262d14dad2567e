/** Something that holds a resource until it is told to let go. `dispose` is idempotent and never throws. */
export interface Disposable {
  dispose(): void;
}

/** Wraps a clean-up function; it runs once, however often `dispose` is called. */
export function toDisposable(cleanUp: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      cleanUp();
    },
  };
}

/**
 * Holds the disposables of one owner and disposes them in reverse order of their adding.
 * After `dispose`, whatever is added is disposed at once, so that a late `add` after an await cannot leak.
 */
export class DisposableStore implements Disposable {
  private items: Disposable[] = [];
  private disposed = false;

  get isDisposed(): boolean {
    return this.disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  /** Takes one item out and disposes it. */
  delete(item: Disposable): void {
    const index = this.items.indexOf(item);
    if (index >= 0) this.items.splice(index, 1);
    item.dispose();
  }

  dispose(): void {
    this.disposed = true;
    const items = this.items;
    this.items = [];
    for (const item of items.reverse()) item.dispose();
  }
}

/** A slot for a disposable that is replaced now and then; setting a new value disposes the old one. */
export class MutableDisposable<T extends Disposable> implements Disposable {
  private current: T | undefined;
  private disposed = false;

  get value(): T | undefined {
    return this.current;
  }

  set value(next: T | undefined) {
    if (this.current === next) return;
    this.current?.dispose();
    this.current = undefined;
    if (this.disposed) next?.dispose();
    else this.current = next;
  }

  clear(): void {
    this.value = undefined;
  }

  dispose(): void {
    this.value = undefined;
    this.disposed = true;
  }
}
