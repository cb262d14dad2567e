import type { ComponentType } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** What a tab of the bottom panel shows; kept in the layout, so plain JSON. */
export type PanelParams = Readonly<Record<string, unknown>>;

/** What the component of a tab is given. */
export interface PanelProps {
  /** Stable over reload and restart. */
  readonly panelId: string;
  readonly params: PanelParams;
  /** False while another tab covers it: time to stop drawing. */
  readonly visible: boolean;
  /** Remembers what the tab shows, e.g. its filter. */
  readonly setParams: (params: PanelParams) => void;
  readonly setTitle: (title: string) => void;
  /** Room beside the tabs for the bar of the tab that is shown; undefined where there is none. */
  readonly actionsSlot: HTMLElement | undefined;
}

/** A sort of tab, e.g. a log. Features register theirs, because they may not know each other. */
export interface PanelKind {
  readonly component: ComponentType<PanelProps>;
  /** What stands in front of the title, e.g. the status of the service. */
  readonly icon?: ComponentType<{ readonly panelId: string; readonly params: PanelParams }>;
  /** The title of a tab that has not named itself. */
  readonly title: (params: PanelParams) => string;
  /** Further entries of the menu of a tab. */
  readonly tabMenu?: (
    panelId: string,
    params: PanelParams,
  ) => readonly {
    readonly id: string;
    readonly label: string;
    readonly group: string;
    readonly takesFocus?: boolean;
    readonly run: () => void;
  }[];
  /** Asked before a tab closes; false keeps it. */
  readonly confirmClose?: (panelId: string, params: PanelParams) => Promise<boolean>;
  /** Told after the user closed a tab (not when the page goes away). */
  readonly handleClosed?: (panelId: string, params: PanelParams) => void;
}

/** A tab that is asked for. A tab with the same id is shown instead of being opened twice. */
export interface PanelRequest {
  readonly id: string;
  readonly kind: string;
  readonly params: PanelParams;
  /** `split`: beside the current tab instead of on top of it. */
  readonly place?: 'tab' | 'split';
}

/** Heights of the bottom panel, px: less hides its rows, `standard` shows ten lines below the tabs. */
export const panelHeight = { min: 96, standard: 232 } as const;

const storageKey = 'micro.panel.v1';

interface PanelState {
  readonly open: boolean;
  readonly heightPx: number;
  readonly kinds: ReadonlyMap<string, PanelKind>;
  /** Asked for, not opened yet: the panel may not be on the screen when it is asked for a tab. */
  readonly requests: readonly PanelRequest[];
}

function storedPlace(): Pick<PanelState, 'open' | 'heightPx'> {
  try {
    const stored: unknown = JSON.parse(window.localStorage.getItem(storageKey) ?? 'null');
    if (typeof stored === 'object' && stored !== null && 'open' in stored && 'heightPx' in stored) {
      const heightPx = Number(stored.heightPx);
      return { open: stored.open === true, heightPx: heightPx >= panelHeight.min ? heightPx : panelHeight.standard };
    }
  } catch {
    // Damaged or forbidden storage: the standard place.
  }
  return { open: false, heightPx: panelHeight.standard };
}

/** The state of the bottom panel's frame; the tabs themselves belong to the panel. */
export const panelStore = createStore<PanelState>(() => ({ ...storedPlace(), kinds: new Map(), requests: [] }));

panelStore.subscribe((state, before) => {
  if (state.open === before.open && state.heightPx === before.heightPx) return;
  try {
    window.localStorage.setItem(storageKey, JSON.stringify({ open: state.open, heightPx: state.heightPx }));
  } catch {
    // Without storage the place lasts as long as the page.
  }
});

/** Part of the panel's state; draws again when that part changes. */
export function usePanel<T>(selector: (state: PanelState) => T): T {
  return useStore(panelStore, selector);
}

/** Makes a sort of tab known; tabs of the stored layout appear once their kind is registered. */
export function registerPanelKind(kind: string, definition: PanelKind): void {
  panelStore.setState((state) => ({ kinds: new Map(state.kinds).set(kind, definition) }));
}

/** Opens the panel with a tab, or shows the tab when it is there. */
export function openPanel(request: PanelRequest): void {
  panelStore.setState((state) => ({ open: true, requests: [...state.requests, request] }));
}

/** Takes the tabs that were asked for; only the panel calls this. */
export function takePanelRequests(): readonly PanelRequest[] {
  const { requests } = panelStore.getState();
  if (requests.length > 0) panelStore.setState({ requests: [] });
  return requests;
}

/** Opens the log of one service, or of several merged. */
export function openLog(services: readonly string[]): void {
  const sorted = [...services].sort();
  openPanel({ id: `log:${sorted.join(',')}`, kind: 'log', params: { services: sorted } });
}

/** What led to something stands this close before it, ms; a build that failed or a service that crashed wrote it last. */
const leadMs = 60_000;
/** Lines and notices are stamped in different places, ms. */
const slackMs = 1_000;

/** Opens what a service wrote until a moment (ms since 1970), in a tab of its own whose last line is the latest of then. */
export function openLogUntil(service: string, atMs: number): void {
  const params = {
    services: [service],
    sinceUs: Math.max(0, Math.floor((atMs - leadMs) * 1000)),
    untilUs: Math.ceil((atMs + slackMs) * 1000),
  };
  openPanel({ id: `log:until:${service}:${atMs}`, kind: 'log', params });
}

/** Opens the log of all services merged. */
export function openAllLogs(): void {
  openPanel({ id: 'log:', kind: 'log', params: { services: [] } });
}

/** Shows or hides the bottom panel; its tabs stay. */
export function togglePanel(open?: boolean): void {
  panelStore.setState((state) => ({ open: open ?? !state.open }));
}

/** Sets the height of the panel, px. */
export function setPanelHeight(heightPx: number): void {
  panelStore.setState({ heightPx: Math.max(panelHeight.min, Math.round(heightPx)) });
}
