import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { setUi, uiStore } from './uiState.ts';

/** Where the window is: a page, the selected service, and what else the page keeps in its address. */
export interface Place {
  readonly page: string;
  readonly service: string | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/** Param that names the selected service; pages cannot use it for something else. */
const SERVICE_PARAM = 'service';

/** Param that names the selected edge of the graph. */
const EDGE_PARAM = 'edge';

/** The place that a hash such as `#/logs?service=orders&run=3` stands for. */
export function parsePlace(hash: string): Place | undefined {
  const match = /^#\/([a-z][a-z0-9-]*)(?:\?(.*))?$/.exec(hash);
  if (!match?.[1]) return undefined;
  const params: Record<string, string> = {};
  let service: string | undefined;
  for (const [name, value] of new URLSearchParams(match[2] ?? '')) {
    if (name === SERVICE_PARAM) service = value || undefined;
    else params[name] = value;
  }
  return { page: match[1], service, params };
}

/** The hash of a place; the inverse of {@link parsePlace}. */
export function formatPlace(place: Place): string {
  const query = new URLSearchParams(place.params);
  if (place.service) query.set(SERVICE_PARAM, place.service);
  const text = query.toString();
  return `#/${place.page}${text ? `?${text}` : ''}`;
}

const start: Place = { page: '', service: undefined, params: {} };

function initialPlace(): Place {
  if (typeof window === 'undefined') return start;
  return parsePlace(window.location.hash) ?? parsePlace(uiStore.getState().location) ?? start;
}

const placeStore = createStore<Place>(initialPlace);

/** Reads the place now, outside of a component. */
export function currentPlace(): Place {
  return placeStore.getState();
}

/** What each page kept in its address when it was there last. */
const lastParams = new Map<string, Place['params']>();

function arrive(place: Place): void {
  lastParams.set(place.page, place.params);
  placeStore.setState(place, true);
  setUi({ location: formatPlace(place) });
}

function go(place: Place, replace: boolean): void {
  const hash = formatPlace(place);
  if (hash === formatPlace(placeStore.getState())) return;
  // The browser's own history is the history: its buttons, mouse keys and gestures work without further code.
  if (replace) window.history.replaceState(null, '', hash);
  else window.history.pushState(null, '', hash);
  arrive(place);
}

/** Shows a page; the selected service stays selected. */
export function openPage(page: string, params: Readonly<Record<string, string>> = {}): void {
  go({ page, service: placeStore.getState().service, params }, placeStore.getState().page === '');
}

/** Shows a page with those of its params that `kept` names as they were when it was left, e.g. what its list is narrowed to. */
export function openPageAsLeft(page: string, kept: readonly string[] = []): void {
  const { page: current, params } = placeStore.getState();
  const last = page === current ? params : (lastParams.get(page) ?? {});
  openPage(page, Object.fromEntries(kept.flatMap((name) => (last[name] === undefined ? [] : [[name, last[name]]]))));
}

/** Changes what the page keeps in its address, without a new step in the history. */
export function setPageParams(params: Readonly<Record<string, string>>): void {
  go({ ...placeStore.getState(), params }, true);
}

/** Selects a service, or with undefined none. With `replace` the step before in the history is overwritten. */
export function selectService(service: string | undefined, options: { replace?: boolean } = {}): void {
  if (service !== undefined) setUi({ inspectorOpen: true });
  const { [EDGE_PARAM]: _edge, ...params } = placeStore.getState().params;
  go({ ...placeStore.getState(), params, service }, options.replace ?? false);
}

/** Selects the calls from one service to another, by the key of their edge; a service is then not selected. */
export function selectEdge(edge: string | undefined): void {
  if (edge !== undefined) setUi({ inspectorOpen: true });
  const { [EDGE_PARAM]: _edge, ...params } = placeStore.getState().params;
  go(
    {
      ...placeStore.getState(),
      params: edge === undefined ? params : { ...params, [EDGE_PARAM]: edge },
      service: undefined,
    },
    false,
  );
}

/** One step back. */
export function goBack(): void {
  window.history.back();
}

/** One step forward. */
export function goForward(): void {
  window.history.forward();
}

/** Follows the back and forward buttons of the browser or the mouse; the result ends it. */
export function followHistory(): () => void {
  const handlePop = (): void => {
    const place = parsePlace(window.location.hash);
    if (!place) return;
    arrive(place);
  };
  window.addEventListener('popstate', handlePop);
  return () => window.removeEventListener('popstate', handlePop);
}

/** Name of the selected service. */
export function useSelectedService(): string | undefined {
  return useStore(placeStore, (place) => place.service);
}

/** Key of the selected edge. */
export function useSelectedEdge(): string | undefined {
  return useStore(placeStore, (place) => place.params[EDGE_PARAM]);
}

/** Id of the page that is shown. */
export function usePageId(): string {
  return useStore(placeStore, (place) => place.page);
}

/** The page with what it keeps in its address. */
export function usePage(): Place {
  return useStore(placeStore);
}
