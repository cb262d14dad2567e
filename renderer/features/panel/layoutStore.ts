import type { SerializedDockview } from 'dockview-react';
import { storageKeyOf } from '../../client/environment.ts';

const storageKey = storageKeyOf('micro.panel.layout.v1');

/** Keeps tabs and splits of the bottom panel over reload and restart. */
export function saveLayout(storage: Pick<Storage, 'setItem'>, layout: SerializedDockview): void {
  try {
    storage.setItem(storageKey, JSON.stringify(layout));
  } catch {
    // Without storage the layout lasts as long as the page.
  }
}

/** The kept layout; undefined when there is none or it cannot be read. */
export function loadLayout(storage: Pick<Storage, 'getItem'>): SerializedDockview | undefined {
  try {
    const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? 'null');
    const isLayout = typeof stored === 'object' && stored !== null && 'grid' in stored && 'panels' in stored;
    return isLayout ? (stored as SerializedDockview) : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets the kept layout. */
export function clearLayout(storage: Pick<Storage, 'removeItem'>): void {
  try {
    storage.removeItem(storageKey);
  } catch {
    // Without storage there is nothing to forget.
  }
}
