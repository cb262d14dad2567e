import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import * as z from 'zod/mini';

// The page's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

/** Where the layout is kept; a version that cannot be read is begun anew. */
const STORAGE_KEY = 'micro.ui.v1';

/** Least and greatest width of the inspector, px: below it its table of facts breaks, above it the page has no room. */
export const INSPECTOR_WIDTH = { min: 280, max: 720, standard: 348 } as const;

const sortSchema = z.object({ column: z.string(), descending: z.boolean() });

const uiSchema = z.object({
  theme: z.catch(z.enum(['light', 'dark', 'system']), 'system'),
  /** Whether the system tells of failed builds and of services that keep crashing. */
  notifications: z.catch(z.boolean(), true),
  /** Whether the graphics card draws terminals; `auto`: where there is one. */
  terminalGraphics: z.catch(z.enum(['auto', 'always', 'never']), 'auto'),
  railCollapsed: z.catch(z.boolean(), false),
  inspectorOpen: z.catch(z.boolean(), true),
  inspectorWidth: z.catch(
    z.number().check(z.minimum(INSPECTOR_WIDTH.min), z.maximum(INSPECTOR_WIDTH.max)),
    INSPECTOR_WIDTH.standard,
  ),
  inspectorTab: z.catch(z.string(), 'overview'),
  /** Name of the project whose services are shown; empty: all. */
  project: z.catch(z.string(), ''),
  serviceFilter: z.catch(z.string(), ''),
  serviceSort: z.catch(sortSchema, { column: 'name', descending: false }),
  /** Key combinations the user chose, by command id; an empty text takes the key away. */
  keys: z.catch(z.record(z.string(), z.string()), {}),
  /** Folders opened from a browser, newest first; the desktop app keeps its own list. */
  recentFolders: z.catch(z.array(z.object({ name: z.string(), folder: z.string(), openedAt: z.number() })), []),
  /** Hash of the page that was open last. */
  location: z.catch(z.string(), ''),
});

/** What the window looks like; all of it survives reload and restart. */
export type UiState = z.infer<typeof uiSchema>;

const standard: UiState = uiSchema.parse({});

/** Reads what was kept; whatever is damaged becomes the standard, the rest stays. Exported for tests. */
export function readUiState(text: string | null): UiState {
  if (!text) return standard;
  try {
    return uiSchema.parse(JSON.parse(text));
  } catch {
    return standard;
  }
}

function load(): UiState {
  try {
    return readUiState(window.localStorage.getItem(STORAGE_KEY));
  } catch {
    return standard;
  }
}

/** The store of the window's layout. */
export const uiStore = createStore<UiState>(load);

uiStore.subscribe((state) => {
  try {
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify(state));
  } catch {
    // Without storage the layout lasts as long as the page.
  }
});

/** Part of the layout; draws again when that part changes. */
export function useUi<T>(selector: (state: UiState) => T): T {
  return useStore(uiStore, selector);
}

/** Changes part of the layout. */
export function setUi(change: Partial<UiState>): void {
  uiStore.setState(change);
}

function mediaQuery(query: string): { get: () => boolean; subscribe: (listener: () => void) => () => void } {
  const list = typeof window === 'undefined' || !window.matchMedia ? undefined : window.matchMedia(query);
  return {
    get: () => list?.matches ?? false,
    subscribe: (listener) => {
      list?.addEventListener('change', listener);
      return () => list?.removeEventListener('change', listener);
    },
  };
}

const darkQuery = mediaQuery('(prefers-color-scheme: dark)');
const motionQuery = mediaQuery('(prefers-reduced-motion: reduce)');

/** The theme that is shown, the system's where the user chose `system`. */
export function useResolvedTheme(): 'light' | 'dark' {
  const theme = useUi((state) => state.theme);
  const systemDark = useSyncExternalStore(darkQuery.subscribe, darkQuery.get);
  if (theme !== 'system') return theme;
  return systemDark ? 'dark' : 'light';
}

/** Whether the system asks for less motion. */
export function useReducedMotion(): boolean {
  return useSyncExternalStore(motionQuery.subscribe, motionQuery.get);
}
