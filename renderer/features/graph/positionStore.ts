import type { Position } from './graphModel.ts';
import type { Positions } from './placement.ts';

/** The part of `localStorage` that is needed, so that tests can bring their own. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const keyPrefix = 'micro.graph.v1:';

/** More places than this are not kept for one project: names of long gone services would pile up for ever. */
const maxKept = 2000;

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null || !('x' in value) || !('y' in value)) return false;
  return Number.isFinite(value.x) && Number.isFinite(value.y);
}

/** Where nodes stand, and which of them the user put there himself. */
export interface KeptPositions {
  readonly positions: Positions;
  readonly moved: ReadonlySet<string>;
}

/**
 * Keeps where the nodes of a graph stand, per project, over reload and restart. Places of services that are gone are kept
 * too: a service that comes back stands where it stood.
 */
export class PositionStore {
  constructor(private readonly storage: KeyValueStorage | undefined) {}

  /** The places kept under a key (the project's folder); empty when there are none or they are damaged. */
  load(key: string): KeptPositions {
    const positions = new Map<string, Position>();
    const moved = new Set<string>();
    try {
      const stored: unknown = JSON.parse(this.storage?.getItem(keyPrefix + key) ?? '{}');
      if (typeof stored !== 'object' || stored === null) return { positions, moved };
      for (const [name, place] of Object.entries(stored)) {
        if (!isPosition(place)) continue;
        positions.set(name, { x: place.x, y: place.y });
        // What was kept before this was told apart may have been dragged.
        if (!('auto' in place)) moved.add(name);
      }
    } catch {
      // Damaged text: the graph is laid out anew.
    }
    return { positions, moved };
  }

  /** Keeps places; a full or forbidden storage is not worth a word, they then last as long as the page. */
  save(key: string, { positions, moved }: KeptPositions): void {
    const entries = [...positions]
      .slice(-maxKept)
      .map(([name, { x, y }]) => [
        name,
        { x: Math.round(x), y: Math.round(y), ...(moved.has(name) ? {} : { auto: true }) },
      ]);
    try {
      this.storage?.setItem(keyPrefix + key, JSON.stringify(Object.fromEntries(entries)));
    } catch {
      // See above.
    }
  }

  /** Forgets the places of a key. */
  clear(key: string): void {
    try {
      this.storage?.removeItem(keyPrefix + key);
    } catch {
      // See above.
    }
  }
}
