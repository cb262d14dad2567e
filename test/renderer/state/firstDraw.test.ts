import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyState } from '../../../shared/client/stateReducer.ts';
import { atFirstDraw } from '../../../renderer/state/firstDraw.ts';
import { applyLinkStatus, applyServerState, serverStore } from '../../../renderer/state/serverState.ts';

const draw = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  draw.mockClear();
  serverStore.setState({ loaded: false, connection: { status: 'connecting' } });
});

afterEach(() => {
  delete window.microFirstState;
  vi.useRealTimers();
});

/** As public/first.js leaves it; `isBegun`: there was a server to ask. */
function leaveFirst(isBegun: boolean): void {
  const begun = { address: '', token: '', socket: {} as WebSocket, early: [] };
  window.microFirstState = { begun: Promise.resolve(isBegun ? begun : undefined) };
}

test('the page is drawn once, with the state that is on its way', async () => {
  leaveFirst(true);
  atFirstDraw(draw);
  await vi.advanceTimersByTimeAsync(10);
  expect(draw).not.toHaveBeenCalled();
  applyServerState(emptyState);
  applyServerState(emptyState);
  await vi.runAllTimersAsync();
  expect(draw).toHaveBeenCalledTimes(1);
});

test('a state that does not come holds the page up for a moment only', async () => {
  leaveFirst(true);
  atFirstDraw(draw);
  await vi.runAllTimersAsync();
  expect(draw).toHaveBeenCalledTimes(1);
});

test('a server that refuses is shown at once', () => {
  leaveFirst(true);
  atFirstDraw(draw);
  applyLinkStatus({ status: 'failed', reason: 'refused' });
  expect(draw).toHaveBeenCalledTimes(1);
});

test('where nothing is on its way nothing is waited for', async () => {
  atFirstDraw(draw);
  expect(draw).toHaveBeenCalledTimes(1);
  leaveFirst(false);
  atFirstDraw(draw);
  await vi.advanceTimersByTimeAsync(0);
  expect(draw).toHaveBeenCalledTimes(2);
});
