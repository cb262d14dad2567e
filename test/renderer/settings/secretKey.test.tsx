import { create } from '@bufbuild/protobuf';
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { SettingsPage } from '../../../renderer/features/settings/SettingsPage.tsx';
import { serverStore } from '../../../renderer/state/serverState.ts';
import { InfoResponseSchema } from '../../../shared/contract/gen/server_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';

vi.mock('../../../renderer/client/api.ts', () => ({
  api: () => ({ settings: { readSettings: () => new Promise(() => {}) } }),
  openSocket: () => undefined,
}));

afterEach(cleanup);

it.each([
  ['/home/ann/.micro', '/home/ann', '~/.micro/secret.key'],
  ['C:\\Users\\ann\\.micro', 'C:\\Users\\ann', '~\\.micro\\secret.key'],
])('ST-06 the settings say that the key of secrets in %s is a file, and in no keychain', (home, userHome, shown) => {
  serverStore.setState({ server: create(InfoResponseSchema, { home, userHome }) });
  renderPage(<SettingsPage />);
  expect(screen.getByText(shown)).toBeTruthy();
  expect(screen.getByText(/Their key is this file.*not in the keychain/)).toBeTruthy();
});
