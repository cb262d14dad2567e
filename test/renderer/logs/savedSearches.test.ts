import { describe, expect, it } from 'vitest';
import { readLogViewState } from '../../../renderer/features/logs/logViewState.ts';
import { isSaved, type SavedSearch, searchName } from '../../../renderer/features/logs/savedSearches.ts';

describe('saved searches', () => {
  it('are named by all that they narrow; what shows everything has no name', () => {
    expect(searchName(readLogViewState({}))).toBe('');
    const view = readLogViewState({ services: ['orders'], least: 'warn', run: -1, minutes: 15, typed: '/ECONN/' });
    expect(searchName(view)).toBe('orders, warn+, last run, last 15 min, /ECONN/');
  });

  it('are offered for saving until they are saved as they are', () => {
    const view = readLogViewState({ typed: 'declined' });
    const saved: SavedSearch[] = [{ name: 'declined', view }];
    expect(isSaved([], 'declined', view)).toBe(false);
    expect(isSaved(saved, 'declined', view)).toBe(true);
    // A stretch of time chosen by hand is not part of a search, the case of letters is.
    expect(isSaved(saved, 'declined', { ...view, sinceUs: 1, untilUs: 2 })).toBe(true);
    expect(isSaved(saved, 'declined', { ...view, caseSensitive: true })).toBe(false);
  });
});
