import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { type LogViewState, readLogViewState } from './logViewState.ts';

const storageKey = 'micro.logs.searches.v1';

/** A search kept under a name. */
export interface SavedSearch {
  readonly name: string;
  readonly view: LogViewState;
}

/** What a view looks for, as a name: `orders, warn+, last 15 min, /ECONN/`; empty when it shows everything. */
export function searchName(view: LogViewState): string {
  const parts = [
    view.services.length > 3 ? `${view.services.length} services` : view.services.join(', '),
    view.least === '' ? '' : `${view.least}+`,
    view.stream,
    view.run === -1 ? 'last run' : view.run > 0 ? `run ${view.run}` : '',
    view.minutes > 0 ? `last ${view.minutes} min` : '',
    view.typed,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function load(): readonly SavedSearch[] {
  try {
    const stored: unknown = JSON.parse(window.localStorage.getItem(storageKey) ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((entry: unknown) => {
      if (typeof entry !== 'object' || entry === null || !('name' in entry) || !('view' in entry)) return [];
      return typeof entry.name === 'string' ? [{ name: entry.name, view: readLogViewState(entry.view) }] : [];
    });
  } catch {
    return [];
  }
}

const store = createStore<{ searches: readonly SavedSearch[] }>(() => ({ searches: load() }));

store.subscribe(({ searches }) => {
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(searches));
  } catch {
    // Without storage saved searches last as long as the page.
  }
});

/** The saved searches, sorted by name. */
export function useSavedSearches(): readonly SavedSearch[] {
  return useStore(store, (state) => state.searches);
}

/** What of a view is kept. */
function keptView(view: LogViewState): LogViewState {
  return { ...view, sinceUs: 0, untilUs: 0 };
}

/** Whether saving would change nothing. */
export function isSaved(searches: readonly SavedSearch[], name: string, view: LogViewState): boolean {
  const kept = JSON.stringify(keptView(view));
  return searches.some((search) => search.name === name && JSON.stringify(search.view) === kept);
}

/** Keeps a search; one of the same name is replaced. A stretch of time chosen by hand is not part of it: it grows old. */
export function saveSearch(name: string, view: LogViewState): void {
  const kept = { name, view: keptView(view) };
  const others = store.getState().searches.filter((search) => search.name !== name);
  store.setState({ searches: [...others, kept].sort((a, b) => a.name.localeCompare(b.name)) });
}

/** Forgets a saved search. */
export function removeSearch(name: string): void {
  store.setState({ searches: store.getState().searches.filter((search) => search.name !== name) });
}
