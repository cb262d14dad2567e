import { type Disposable, toDisposable } from './lifecycle.ts';

/** Subscribes a listener; disposing the result unsubscribes it. Named `onDidX` (happened) or `onWillX` (can be joined). */
export type Event<T> = (listener: (event: T) => void) => Disposable;

/**
 * The firing side of an {@link Event}. Listeners are copied before they are called, so one may unsubscribe (itself or
 * another) while it runs. A listener that throws does not keep the event from the others: the error is reported through
 * `onListenerError` (by default rethrown on a fresh stack, which makes a bug loud).
 */
export class Emitter<T> implements Disposable {
  private listeners = new Set<(event: T) => void>();
  private disposed = false;

  constructor(private readonly onListenerError: (error: unknown) => void = rethrowLater) {}

  readonly event: Event<T> = (listener) => {
    if (this.disposed) return toDisposable(() => {});
    const entry = (event: T): void => listener(event);
    this.listeners.add(entry);
    return toDisposable(() => this.listeners.delete(entry));
  };

  get hasListeners(): boolean {
    return this.listeners.size > 0;
  }

  get listenerCount(): number {
    return this.listeners.size;
  }

  fire(event: T): void {
    for (const listener of [...this.listeners]) {
      if (!this.listeners.has(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.disposed = true;
    this.listeners.clear();
  }
}

/** Happens whenever one of two does. */
export function eitherOf(one: Event<unknown>, other: Event<unknown>): Event<unknown> {
  return (listener) => {
    const parts = [one(listener), other(listener)];
    return toDisposable(() => {
      for (const part of parts) part.dispose();
    });
  };
}

function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
