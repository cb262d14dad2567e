import { beforeEach, expect, test, vi } from 'vitest';
import { emptyState } from '../../../shared/client/stateReducer.ts';
import { afterStart } from '../../../renderer/state/afterStart.ts';
import { applyServerState, serverStore } from '../../../renderer/state/serverState.ts';

let rest: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers();
  rest = [];
  vi.stubGlobal('requestIdleCallback', (run: () => void) => rest.push(run));
  vi.stubGlobal('cancelIdleCallback', (id: number) => void rest.splice(id - 1, 1));
  serverStore.setState({ loaded: false });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test('what is for later waits for the first state, its drawing and then for rest, and comes once', () => {
  const run = vi.fn();
  afterStart(run, 1_000);
  expect(rest).toHaveLength(0);
  applyServerState(emptyState);
  applyServerState(emptyState);
  expect(rest).toHaveLength(0);
  vi.advanceTimersToNextTimer();
  expect(rest).toHaveLength(1);
  expect(run).not.toHaveBeenCalled();
  rest[0]?.();
  vi.runAllTimers();
  expect(run).toHaveBeenCalledTimes(1);
});

test('a server that never comes holds it up only for a time', () => {
  afterStart(vi.fn(), 1_000);
  vi.advanceTimersByTime(999);
  expect(rest).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(rest).toHaveLength(1);
});

test('taken back, it never comes, before the state and after it', () => {
  afterStart(vi.fn(), 1_000)();
  applyServerState(emptyState);
  vi.runAllTimers();
  expect(rest).toHaveLength(0);
  afterStart(vi.fn(), 1_000)();
  vi.runAllTimers();
  expect(rest).toHaveLength(0);
});
