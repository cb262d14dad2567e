import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcer } from '../../../renderer/app/Announcer.tsx';
import { applyServerState } from '../../../renderer/state/serverState.ts';
import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';
import { makeService, stateWith } from '../../helpers/renderer/services.ts';

const show = (...services: Service[]): void => act(() => applyServerState(stateWith(services)));
const spoken = (): string | null => screen.getByTestId('announcer').textContent;

beforeEach(() => {
  vi.useFakeTimers();
  show(makeService({ name: 'a' }), makeService({ name: 'b' }));
  renderPage(<Announcer />);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe('what is told to assistive technology', () => {
  it('UI-06 is each change of status, once, and nothing else that changes', () => {
    show(makeService({ name: 'a', status: Status.ERROR, reason: 'exit 1' }), makeService({ name: 'b', restarts: 4 }));
    void act(() => vi.advanceTimersByTime(5_000));
    expect(spoken()).toBe('a error');
  });

  it('is one sentence when many change at once', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    show(...names.map((name) => makeService({ name, status: Status.STARTING })));
    void act(() => vi.advanceTimersByTime(5_000));
    show(...names.map((name) => makeService({ name, status: Status.RUNNING })));
    void act(() => vi.advanceTimersByTime(5_000));
    expect(spoken()).toBe('5 services running');
  });

  it('is only the last status when it changes several times in a moment', () => {
    show(makeService({ name: 'a', status: Status.STOPPING }), makeService({ name: 'b' }));
    show(makeService({ name: 'a', status: Status.STOPPED }), makeService({ name: 'b' }));
    void act(() => vi.advanceTimersByTime(5_000));
    expect(spoken()).toBe('a stopped');
  });
});
