import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EnvironmentTab } from '../../../renderer/features/inspector/EnvironmentTab.tsx';
import { MicroError } from '../../../shared/contract/errors.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';
import { makeService } from '../../helpers/renderer/services.ts';

const environment = vi.fn();
vi.mock('../../../renderer/client/api.ts', () => ({
  api: () => ({ desktop: { environment } }),
  openSocket: () => undefined,
}));

const variables = (revealed: boolean) => [
  { name: 'PORT', value: '4103', origin: 'micro', secret: false },
  { name: 'PAYMENTS_KEY', value: revealed ? 'sk_live_1' : '', origin: 'services/orders/.env:3', secret: true },
  { name: 'PATH', value: '/usr/bin', origin: 'system', secret: false },
];

beforeEach(() => {
  environment.mockReset();
  environment.mockImplementation(async ({ reveal }: { reveal?: boolean }) => ({
    variables: variables(reveal ?? false),
    warnings: ['.env:7: ${MISSING} expands to nothing'],
  }));
});
afterEach(cleanup);

const show = () => renderPage(<EnvironmentTab service={makeService({ name: 'orders' })} onSelect={() => {}} />);

describe('the environment of a service', () => {
  it('shows each value with its origin, and warnings', async () => {
    show();
    expect(await screen.findByText('4103')).toBeTruthy();
    expect(screen.getByText('services/orders/.env:3')).toBeTruthy();
    expect(screen.getByText(/expands to nothing/)).toBeTruthy();
  });

  it('ST-06 never asks for a secret before it is wanted, and hides it again', async () => {
    const user = userEvent.setup();
    show();
    await user.click(await screen.findByRole('button', { name: 'Show PAYMENTS_KEY' }));
    expect(await screen.findByText('sk_live_1')).toBeTruthy();
    expect(environment.mock.calls.map(([request]) => request.reveal ?? false)).toEqual([false, true]);
    await user.click(screen.getByRole('button', { name: 'Hide PAYMENTS_KEY' }));
    expect(screen.queryByText('sk_live_1')).toBeNull();
  });

  it('leaves out what the system gives until it is asked for, or searched', async () => {
    const user = userEvent.setup();
    show();
    await screen.findByText('4103');
    expect(screen.queryByText('PATH')).toBeNull();
    await user.type(screen.getByRole('textbox', { name: 'Filter variables' }), 'path');
    expect(screen.getByText('PATH')).toBeTruthy();
    expect(screen.queryByText('PORT')).toBeNull();
  });

  it('says why it could not be read, and tries again', async () => {
    environment.mockRejectedValueOnce(new MicroError('server.unreachable', 'the server does not answer'));
    const user = userEvent.setup();
    show();
    expect(await screen.findByText('the server does not answer')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.getByText('4103')).toBeTruthy());
  });
});
