import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandOffer } from '../../../renderer/features/welcome/CommandOffer.tsx';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';

const bridge = vi.hoisted(() => ({ isCommandOffered: vi.fn(), installCommand: vi.fn(), dismissCommand: vi.fn() }));
vi.mock('../../../renderer/client/platform.ts', async (original) => ({
  ...(await original<typeof import('../../../renderer/client/platform.ts')>()),
  bridge,
}));

beforeEach(() => {
  for (const call of Object.values(bridge)) call.mockReset();
  bridge.isCommandOffered.mockResolvedValue(true);
  bridge.dismissCommand.mockResolvedValue(undefined);
});
afterEach(cleanup);

describe('the offer of the micro command', () => {
  it('is not made where the app says so', async () => {
    bridge.isCommandOffered.mockResolvedValue(false);
    renderPage(<CommandOffer />);
    await waitFor(() => expect(bridge.isCommandOffered).toHaveBeenCalled());
    expect(screen.queryByText(/Make/)).toBeNull();
  });

  it('installs it, and tells what stands in the way or what was done', async () => {
    bridge.installCommand.mockResolvedValueOnce({ ok: false, message: '/home/ann/.local/bin/micro is there already' });
    bridge.installCommand.mockResolvedValueOnce({ ok: true, message: 'micro is a command now' });
    const user = userEvent.setup();
    renderPage(<CommandOffer />);
    await user.click(await screen.findByRole('button', { name: 'Install micro' }));
    expect(await screen.findByText(/is there already/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('micro is a command now')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByText('micro is a command now')).toBeNull();
    expect(bridge.dismissCommand).not.toHaveBeenCalled();
  });

  it('is not made again once it was declined', async () => {
    const user = userEvent.setup();
    renderPage(<CommandOffer />);
    await user.click(await screen.findByRole('button', { name: 'Not now' }));
    expect(bridge.dismissCommand).toHaveBeenCalledTimes(1);
    expect(screen.queryByRole('button')).toBeNull();
  });
});
