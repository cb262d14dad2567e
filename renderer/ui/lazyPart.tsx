import { type ComponentType, lazy, type LazyExoticComponent, type ReactNode, Suspense, useState } from 'react';

/** A component whose code is loaded when it is drawn for the first time, under a {@link Suspense}, or before by `preload`. */
export type LazyPart<P extends object> = LazyExoticComponent<ComponentType<P>> & { preload(): void };

/** Makes a component of one that `load` brings. */
export function lazyPart<P extends object = object>(load: () => Promise<ComponentType<P>>): LazyPart<P> {
  const part = lazy(async () => ({ default: await load() }));
  // What cannot be loaded is said where it is drawn.
  return Object.assign(part, { preload: () => void load().catch(() => {}) });
}

/** Draws its children from the first time on that `when` holds, so that their code is loaded no sooner. */
export function Once({ when, children }: { when: boolean; children: ReactNode }) {
  const [seen, setSeen] = useState(when);
  if (when && !seen) setSeen(true);
  return seen || when ? <Suspense fallback={null}>{children}</Suspense> : null;
}
