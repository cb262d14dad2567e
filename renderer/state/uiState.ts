import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { isFlag, isRecord, isText, kept, type KeptFields, listOf, numberIn, oneOf, readKept } from './keptFields.ts';

/** Where the layout is kept; a version that cannot be read is begun anew. */
const STORAGE_KEY = 'micro.ui.v1';

/** Least and greatest width of the inspector, px: below it its table of facts breaks, above it the page has no room. */
export const INSPECTOR_WIDTH = { min: 280, max: 720, standard: 348 } as const;

/** What the window looks like; all of it survives reload and restart. */
export interface UiState {
  theme: 'light' | 'dark' | 'system';
  /** Whether the system tells of failed builds and of services that keep crashing. */
  notifications: boolean;
  /** Whether the graphics card draws terminals; `auto`: where there is one. */
  terminalGraphics: 'auto' | 'always' | 'never';
  railCollapsed: boolean;
  inspectorOpen: boolean;
  inspectorWidth: number;
  inspectorTab: string;
  /** Name of the project whose services are shown; empty: all. */
  project: string;
  serviceFilter: string;
  serviceSort: { column: string; descending: boolean };
  /** Key combinations the user chose, by command id; an empty text takes the key away. */
  keys: Record<string, string>;
  /** Folders opened from a browser, newest first; the desktop app keeps its own list. */
  recentFolders: { name: string; folder: string; openedAt: number }[];
  /** Hash of the page that was open last. */
  location: string;
}

const uiFields: KeptFields<UiState> = {
  theme: kept('system', oneOf('light', 'dark', 'system')),
  notifications: kept(true, isFlag),
  terminalGraphics: kept('auto', oneOf('auto', 'always', 'never')),
  railCollapsed: kept(false, isFlag),
  inspectorOpen: kept(true, isFlag),
  inspectorWidth: kept(INSPECTOR_WIDTH.standard, numberIn(INSPECTOR_WIDTH.min, INSPECTOR_WIDTH.max)),
  inspectorTab: kept('overview', isText),
  project: kept('', isText),
  serviceFilter: kept('', isText),
  serviceSort: kept({ column: 'name', descending: false }, isSort),
  keys: kept({}, isKeys),
  recentFolders: kept([], listOf(isFolder)),
  location: kept('', isText),
};

function isSort(value: unknown): value is UiState['serviceSort'] {
  return isRecord(value) && isText(value['column']) && isFlag(value['descending']);
}

function isKeys(value: unknown): value is UiState['keys'] {
  return isRecord(value) && !Array.isArray(value) && Object.values(value).every(isText);
}

function isFolder(value: unknown): value is UiState['recentFolders'][number] {
  return isRecord(value) && isText(value['name']) && isText(value['folder']) && typeof value['openedAt'] === 'number';
}

const standard: UiState = readKept(uiFields, {});

/** Reads what was kept; whatever is damaged becomes the standard, the rest stays. Exported for tests. */
export function readUiState(text: string | null): UiState {
  if (!text) return standard;
  try {
    return readKept(uiFields, JSON.parse(text));
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
