import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  currentPlace,
  followHistory,
  formatPlace,
  openPage,
  openPageAsLeft,
  parsePlace,
  selectService,
} from '../../../renderer/state/navigation.ts';
import { uiStore } from '../../../renderer/state/uiState.ts';

const page = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const params = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== 'service' && name !== '__proto__'),
  fc.string(),
);

describe('a place in the address', () => {
  it('comes back as it was written, whatever its params hold', () => {
    fc.assert(
      fc.property(
        page,
        fc.option(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { nil: undefined }),
        params,
        (id, service, p) => {
          const place = { page: id, service, params: { ...p } };
          expect(parsePlace(formatPlace(place))).toEqual(place);
        },
      ),
    );
  });

  it.each(['', '#', '#/', '#/Graph', '#services', '#//x'])('is refused when it is none: %j', (hash) => {
    expect(parsePlace(hash)).toBeUndefined();
  });
});

describe('going from place to place', () => {
  afterEach(() => window.history.replaceState(null, '', '#'));

  it('a page has again what its list was narrowed to, and nothing else of what it showed', () => {
    openPage('traces', { min: '500', trace: 'abc' });
    openPage('logs');
    openPageAsLeft('traces', ['min', 'text']);
    expect(currentPlace().params).toEqual({ min: '500' });
    openPage('traces', { min: '500', trace: 'abc' });
    openPageAsLeft('traces', ['min', 'text']);
    expect(currentPlace().params).toEqual({ min: '500' });
    openPageAsLeft('logs');
    expect(currentPlace().params).toEqual({});
  });

  it('keeps the selected service when the page changes, and remembers the place for the next start', () => {
    openPage('services');
    selectService('orders');
    openPage('logs', { run: '3' });
    expect(currentPlace()).toEqual({ page: 'logs', service: 'orders', params: { run: '3' } });
    expect(uiStore.getState().location).toBe('#/logs?run=3&service=orders');
  });

  it('opens the inspector for a selected service', () => {
    uiStore.setState({ inspectorOpen: false });
    selectService('catalog');
    expect(uiStore.getState().inspectorOpen).toBe(true);
  });

  it('follows the back button of the browser', () => {
    const stop = followHistory();
    openPage('services');
    window.history.replaceState(null, '', '#/graph?service=payments');
    window.dispatchEvent(new PopStateEvent('popstate'));
    expect(currentPlace()).toEqual({ page: 'graph', service: 'payments', params: {} });
    stop();
  });
});
