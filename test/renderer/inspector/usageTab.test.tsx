import { create } from '@bufbuild/protobuf';
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageTab } from '../../../renderer/features/inspector/UsageTab.tsx';
import { serverStore } from '../../../renderer/state/serverState.ts';
import { formatClock } from '../../../renderer/ui/format.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { UsageHistoryResponseSchema } from '../../../shared/contract/gen/usage_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';
import { makeService } from '../../helpers/renderer/services.ts';

const usageHistory = vi.fn();
/** The signals of those that watched, to see that they end. */
const watching: AbortSignal[] = [];
vi.mock('../../../renderer/client/api.ts', () => ({
  api: () => ({
    desktop: {
      usageHistory,
      watchUsage: async function* (_request: object, { signal }: { signal: AbortSignal }) {
        watching.push(signal);
        yield* [];
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    },
  }),
  openSocket: () => undefined,
}));

const end = Math.floor(Date.now() / 10_000) * 10_000;
/** Ten seconds apart, with a pause of five minutes in the middle. */
const points = [
  { at: end - 320_000, cpuPercent: 10, memoryBytes: 80 * 1024 * 1024, processes: 1, threads: 11 },
  { at: end - 310_000, cpuPercent: 30, memoryBytes: 84 * 1024 * 1024, processes: 1, threads: 11 },
  { at: end, cpuPercent: 4, memoryBytes: 90 * 1024 * 1024, processes: 1, threads: 12 },
];
const answer = (list: object[]) => create(UsageHistoryResponseSchema, { points: list, spanMs: 10_000 });

beforeEach(() => {
  usageHistory.mockReset();
  usageHistory.mockResolvedValue(answer(points));
});
afterEach(cleanup);

const show = (status = Status.RUNNING) =>
  renderPage(<UsageTab service={makeService({ name: 'orders', status })} onSelect={() => {}} />);

describe('what a service used in the last hour', () => {
  it('is drawn for CPU, memory and threads, each with its newest value and its scale', async () => {
    const { container } = show();
    const cpu = await screen.findByRole('slider', { name: /^CPU, \d\d:\d\d until now$/ });
    expect(cpu.getAttribute('aria-valuetext')).toBe(`4 % at ${formatClock(end)}`);
    expect(screen.getByRole('slider', { name: /^Memory/ }).getAttribute('aria-valuetext')).toMatch(/^90 MB at /);
    expect(screen.getByRole('slider', { name: /^Threads/ }).getAttribute('aria-valuetext')).toMatch(/^12 at /);
    expect([...container.querySelectorAll('figure')].map((figure) => figure.textContent)).toEqual([
      expect.stringMatching(/^CPU4 %now50 %0 %/),
      expect.stringMatching(/^Memory90 MBnow100 MB0 B/),
      expect.stringMatching(/^Threads12now20/),
    ]);
    expect(usageHistory).toHaveBeenCalledWith({ service: 'orders' }, expect.anything());
  });

  it('has a gap where nothing was measured', async () => {
    show();
    const cpu = await screen.findByRole('slider', { name: /^CPU/ });
    expect(cpu.querySelectorAll('g').length).toBe(2);
  });

  it('is read value by value with the keys', async () => {
    const user = userEvent.setup();
    show();
    const cpu = await screen.findByRole('slider', { name: /^CPU/ });
    cpu.focus();
    await user.keyboard('{ArrowLeft}');
    expect(cpu.getAttribute('aria-valuetext')).toBe(`30 % at ${formatClock(end - 310_000)}`);
    await user.keyboard('{Home}{ArrowLeft}');
    expect(cpu.getAttribute('aria-valuetext')).toBe(`10 % at ${formatClock(end - 320_000)}`);
    await user.keyboard('{End}');
    expect(cpu.getAttribute('aria-valuenow')).toBe('2');
    await user.keyboard('{ArrowLeft}{Tab}');
    expect(cpu.getAttribute('aria-valuetext')).toBe(`4 % at ${formatClock(end)}`);
  });

  it('is measured while it is looked at, and not afterwards', async () => {
    serverStore.setState({ connection: { status: 'connected' } });
    const { unmount } = show();
    await screen.findByRole('slider', { name: /^CPU/ });
    expect(watching.some(({ aborted }) => !aborted)).toBe(true);
    unmount();
    await vi.waitFor(() => expect(watching.every(({ aborted }) => aborted)).toBe(true), { timeout: 30_000 });
  });

  it('says that there is nothing yet, and why', async () => {
    usageHistory.mockResolvedValue(answer([]));
    show();
    expect(await screen.findByText('Nothing was measured yet')).toBeTruthy();
    cleanup();
    show(Status.STOPPED);
    expect(await screen.findByText(/of orders will be drawn here while it runs/)).toBeTruthy();
  });

  it('says why it could not be read, and tries again', async () => {
    usageHistory.mockRejectedValueOnce(new MicroError('server.unreachable', 'the server does not answer'));
    const user = userEvent.setup();
    show();
    await screen.findByText('the server does not answer');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('slider', { name: /^CPU/ })).toBeTruthy();
  });
});
