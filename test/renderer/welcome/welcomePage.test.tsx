import { create } from '@bufbuild/protobuf';
import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WelcomePage } from '../../../renderer/features/welcome/WelcomePage.tsx';
import { openPage } from '../../../renderer/state/navigation.ts';
import { applyLinkStatus } from '../../../renderer/state/serverState.ts';
import { setUi, uiStore } from '../../../renderer/state/uiState.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import { CandidateSchema } from '../../../shared/contract/gen/projects_pb.ts';
import { ProjectSchema } from '../../../shared/contract/gen/state_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';

const desktop = { discoverProject: vi.fn(), openProject: vi.fn(), writeProject: vi.fn() };
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ desktop }), openSocket: () => undefined }));

const candidate = create(CandidateSchema, {
  name: 'web',
  path: 'web',
  run: 'npm run dev',
  why: 'package.json script dev',
  selected: true,
});

beforeEach(() => {
  for (const call of Object.values(desktop)) call.mockReset();
  desktop.openProject.mockImplementation(async ({ folder }: { folder: string }) => ({
    project: create(ProjectSchema, { name: 'shop', folder }),
  }));
  applyLinkStatus({ status: 'connected' });
  setUi({ recentFolders: [], project: '' });
  openPage('open');
});
afterEach(cleanup);

async function openFolder(folder: string): Promise<ReturnType<typeof userEvent.setup>> {
  const user = userEvent.setup();
  renderPage(<WelcomePage />);
  await user.type(screen.getByRole('textbox', { name: 'Path of the folder' }), folder);
  await user.click(screen.getByRole('button', { name: 'Open' }));
  return user;
}

describe('the welcome page', () => {
  it('opens a folder with a micro.yaml, starts it and remembers it', async () => {
    desktop.discoverProject.mockResolvedValue({ hasManifest: true, candidates: [], name: 'shop' });
    await openFolder('/srv/shop');
    await waitFor(() => expect(desktop.openProject).toHaveBeenCalledWith({ folder: '/srv/shop', start: true }));
    await waitFor(() =>
      expect(uiStore.getState().recentFolders).toMatchObject([{ name: 'shop', folder: '/srv/shop' }]),
    );
    expect(uiStore.getState().project).toBe('shop');
  });

  it('shows what was found without a micro.yaml, with why, and writes what is chosen and changed', async () => {
    desktop.discoverProject.mockResolvedValue({ hasManifest: false, candidates: [candidate], name: 'shop' });
    desktop.writeProject.mockResolvedValue({ manifest: '/srv/shop/micro.yaml' });
    const user = await openFolder('/srv/shop');
    expect(await screen.findByText(/package.json script dev/)).toBeTruthy();
    expect(desktop.openProject).not.toHaveBeenCalled();
    const command = screen.getByRole('textbox', { name: 'Command of web' });
    await user.clear(command);
    expect(screen.getByText('a command is needed to run it')).toBeTruthy();
    expect(screen.getByRole('button', { name: /Write micro.yaml/ })).toHaveProperty('disabled', true);
    await user.type(command, 'npm start');
    await user.click(screen.getByRole('button', { name: /Write micro.yaml/ }));
    await waitFor(() => expect(desktop.openProject).toHaveBeenCalledOnce());
    expect(desktop.writeProject.mock.calls[0]?.[0]).toMatchObject({
      folder: '/srv/shop',
      name: 'shop',
      services: [{ name: 'web', run: 'npm start' }],
    });
  });

  it('shows a mistake in micro.yaml with its file, line and column', async () => {
    desktop.discoverProject.mockRejectedValue(
      new MicroError('manifest.unknown-key', 'unknown key “prot”; did you mean “port”?', {
        details: { file: '/srv/shop/micro.yaml', line: '12', column: '5' },
      }),
    );
    await openFolder('/srv/shop');
    expect(await screen.findByText('micro.yaml:12:5')).toBeTruthy();
    expect(screen.getByText(/did you mean/)).toBeTruthy();
  });

  it('says what to do in a folder where nothing was found', async () => {
    desktop.discoverProject.mockResolvedValue({ hasManifest: false, candidates: [], name: 'x' });
    await openFolder('/srv/empty');
    expect(await screen.findByText('No services were found here')).toBeTruthy();
  });
});
