import { create } from '@bufbuild/protobuf';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { saveEdits } from '../../../renderer/features/config/configActions.ts';
import { SettingsPage } from '../../../renderer/features/settings/SettingsPage.tsx';
import { serverStore } from '../../../renderer/state/serverState.ts';
import { KeyPlace } from '../../../shared/contract/gen/secret_key_pb.ts';
import { InfoResponseSchema } from '../../../shared/contract/gen/server_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';

const bridge = vi.hoisted(() => ({ platform: 'linux', version: '1', keychain: vi.fn(), moveKey: vi.fn() }));
const readKey = vi.hoisted(() => vi.fn());
const edit = vi.hoisted(() => vi.fn());
vi.mock('../../../renderer/client/platform.ts', () => ({ bridge, isMac: false }));
vi.mock('../../../renderer/client/api.ts', () => ({
  api: () => ({
    settings: { readSettings: () => new Promise(() => {}) },
    secretKey: { readKey },
    configHistory: { edit },
  }),
  openSocket: () => undefined,
}));

const none = { place: KeyPlace.NONE, open: true, file: '/home/ann/.micro/secret.key', keychain: '', closed: '' };
const file = { ...none, place: KeyPlace.FILE };
const keychain = { ...none, place: KeyPlace.KEYCHAIN, keychain: 'KWallet', closed: 'abc' };

beforeEach(() => {
  for (const mock of [bridge.keychain, bridge.moveKey, readKey, edit]) mock.mockReset();
  bridge.keychain.mockResolvedValue('KWallet');
  bridge.moveKey.mockResolvedValue(undefined);
  edit.mockResolvedValue({ revision: 1 });
});
afterEach(cleanup);

function show(home = '/home/ann/.micro', userHome = '/home/ann'): void {
  serverStore.setState({ server: create(InfoResponseSchema, { home, userHome }) });
  renderPage(<SettingsPage />);
}

describe('ST-06 the settings say where the key of secrets is', () => {
  it.each([
    ['/home/ann/.micro/secret.key', '/home/ann', '~/.micro/secret.key'],
    ['C:\\Users\\ann\\.micro\\secret.key', 'C:\\Users\\ann', '~\\.micro\\secret.key'],
  ])('a file %s, and in no keychain', async (path, userHome, shown) => {
    bridge.keychain.mockResolvedValue(undefined);
    readKey.mockResolvedValue({ ...file, file: path });
    show(path.replace(/.secret\.key$/, ''), userHome);
    expect(await screen.findByText(shown)).toBeTruthy();
    expect(
      await screen.findByText(/Their key is this file.*not in the keychain.*of which the app knows none/),
    ).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Keep in the keychain' })).toBeNull();
  });

  it('a file, which moves into the keychain that is there', async () => {
    readKey.mockResolvedValue(file);
    show();
    const button = await screen.findByRole('button', { name: 'Keep in the keychain' });
    readKey.mockResolvedValue(keychain);
    fireEvent.click(button);
    expect(bridge.moveKey).toHaveBeenCalledWith('keychain');
    expect(await screen.findByText('In the keychain')).toBeTruthy();
    expect(screen.getByText(/Their key is in KWallet/)).toBeTruthy();
  });

  it('a keychain that is not open, and what stood in the way of moving it', async () => {
    readKey.mockResolvedValue({ ...keychain, open: false });
    bridge.moveKey.mockRejectedValue(new Error('the user declined'));
    show();
    expect(await screen.findByText(/which was not opened: they cannot be read now/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Keep as a file' }));
    expect((await screen.findByRole('alert')).textContent).toContain('the user declined');
  });
});

describe('the first secret of the window', () => {
  const save = (secret = true) => saveEdits('micro', 0, [{ path: 'a', value: 'b', secret }]);

  it('begins with a key in the keychain, and is stored without one as well', async () => {
    readKey.mockResolvedValue(none);
    await save();
    expect(bridge.moveKey).toHaveBeenCalledWith('keychain');
    bridge.moveKey.mockRejectedValue(new Error('the user declined'));
    await save();
    expect(edit).toHaveBeenCalledTimes(2);
  });

  it('moves no key that is there, and values that are no secrets ask for none', async () => {
    readKey.mockResolvedValue(file);
    await save();
    await save(false);
    expect(readKey).toHaveBeenCalledTimes(1);
    bridge.keychain.mockResolvedValue(undefined);
    readKey.mockResolvedValue(none);
    await save();
    expect(bridge.moveKey).not.toHaveBeenCalled();
  });
});
