import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { renderHook, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runAction, usePendingAction } from '../../../renderer/state/actions.ts';
import { applyServerState } from '../../../renderer/state/serverState.ts';
import { closeToast, useToasts } from '../../../renderer/state/toasts.ts';
import { emptyState } from '../../../shared/client/stateReducer.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';

const desktop = { start: vi.fn(), stop: vi.fn(), restart: vi.fn() };
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ desktop }), openSocket: () => undefined }));

type EventInit = MessageInitShape<typeof ActionEventSchema>;

async function* events(...list: EventInit[]) {
  for (const event of list) yield create(ActionEventSchema, event);
}

const toasts = () => renderHook(() => useToasts()).result.current;

beforeEach(() => {
  for (const toast of toasts()) closeToast(toast.id);
  applyServerState(emptyState);
  vi.clearAllMocks();
});

describe('an action on services', () => {
  it('says what the server said became of it', async () => {
    desktop.start.mockReturnValue(
      events({ service: 'orders', text: 'starting' }, { service: 'orders', done: true, ok: true }),
    );
    await runAction('start', { services: ['orders'] }, { withDependencies: true });
    expect(desktop.start).toHaveBeenCalledWith(
      expect.objectContaining({ services: ['orders'], all: false, withDependencies: true }),
    );
    expect(toasts()).toMatchObject([{ tone: 'ok', title: 'orders started' }]);
  });

  it('shows the reason, the last lines, a retry for what failed, and the log', async () => {
    desktop.start.mockReturnValueOnce(
      events(
        { service: 'orders', done: true, ok: true },
        { service: 'payments', done: true, ok: false, text: 'exit 2', lastLines: ['panic: no key'] },
      ),
    );
    await runAction('start', { services: ['orders', 'payments'] });
    const [toast] = toasts();
    expect(toast).toMatchObject({
      tone: 'bad',
      title: '1 of 2 services did not start',
      text: 'exit 2',
      lines: ['panic: no key'],
    });
    desktop.start.mockReturnValueOnce(events({ service: 'payments', done: true, ok: true }));
    expect(toast?.actions?.map((action) => action.label)).toEqual(['Try again', 'Show log']);
    toast?.actions?.[0]?.run();
    expect(desktop.start).toHaveBeenLastCalledWith(expect.objectContaining({ services: ['payments'] }));
  });

  it('says why the server refused it, and what to do next', async () => {
    desktop.stop.mockImplementation(() => {
      throw new MicroError('server.unreachable', 'the server does not answer', { next: 'it is tried again' });
    });
    await runAction('stop', { all: true });
    expect(toasts()).toMatchObject([{ tone: 'bad', text: 'the server does not answer\nit is tried again' }]);
  });

  it('keeps a service pending until the server tells its end, and not longer', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    desktop.restart.mockImplementation(async function* () {
      await gate;
      yield create(ActionEventSchema, { service: 'orders', done: true, ok: true });
    });
    const { result } = renderHook(() => usePendingAction('orders'));
    const running = runAction('restart', { services: ['orders'] });
    await waitFor(() => expect(result.current).toBe('restart'));
    release();
    await running;
    await waitFor(() => expect(result.current).toBeUndefined());
  });
});
