import { create } from '@bufbuild/protobuf';
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TrafficSettings } from '../../../renderer/features/settings/TrafficSettings.tsx';
import { SettingsResponseSchema } from '../../../shared/contract/gen/settings_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';

const settings = { readSettings: vi.fn(), changeSettings: vi.fn() };
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ settings }), openSocket: () => undefined }));

const answer = (accessLog: boolean, keptBodyKilobytes: number) =>
  create(SettingsResponseSchema, {
    traffic: { accessLog, keptBodyKilobytes },
    defaultTraffic: { accessLog: true, keptBodyKilobytes: 16 },
  });

beforeEach(() => {
  settings.readSettings.mockReset().mockResolvedValue(answer(true, 16));
  settings.changeSettings.mockReset();
  renderPage(
    <TrafficSettings
      row={(name, _, value) => (
        <div>
          {name} {value}
        </div>
      )}
    />,
  );
});
afterEach(cleanup);

it('the access log is switched off, and the switch shows what the server says', async () => {
  settings.changeSettings.mockResolvedValue(answer(false, 16));
  const field = await screen.findByRole('switch', { name: 'Access log' });
  expect(field).toHaveProperty('checked', true);
  await userEvent.click(field);
  expect(settings.changeSettings).toHaveBeenCalledWith({ traffic: { accessLog: false } });
  await vi.waitFor(() => expect(screen.getByRole('switch', { name: 'Access log' })).toHaveProperty('checked', false));
});

it('a change that is refused is said', async () => {
  settings.changeSettings.mockRejectedValue(new Error('settings.json cannot be written'));
  await userEvent.click(await screen.findByRole('switch', { name: 'Access log' }));
  expect((await screen.findByRole('alert')).textContent).toBe('settings.json cannot be written');
});

it('the text that is kept of each request is a number', async () => {
  settings.changeSettings.mockResolvedValue(answer(true, 0));
  const field = await screen.findByRole('textbox', { name: 'Text kept of each request, KB' });
  await userEvent.clear(field);
  await userEvent.type(field, '0{Enter}');
  expect(settings.changeSettings).toHaveBeenCalledWith({ traffic: { keptBodyKilobytes: 0 } });
});
