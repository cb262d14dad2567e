import { create } from '@bufbuild/protobuf';
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogLimits } from '../../../renderer/features/settings/LogLimits.tsx';
import { SettingsResponseSchema } from '../../../shared/contract/gen/settings_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';

const settings = { readSettings: vi.fn(), changeSettings: vi.fn() };
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ settings }), openSocket: () => undefined }));

const answer = (maxAgeDays: number, problem = '') =>
  create(SettingsResponseSchema, {
    logs: { maxServiceMegabytes: 2048, maxTotalMegabytes: 8192, maxAgeDays },
    defaultLogs: { maxServiceMegabytes: 2048, maxTotalMegabytes: 8192, maxAgeDays: 30 },
    file: '/srv/home/settings.json',
    problem,
  });

beforeEach(() => {
  settings.readSettings.mockReset();
  settings.changeSettings.mockReset();
});
afterEach(cleanup);

const show = async () => {
  renderPage(
    <LogLimits
      row={(name, text, value) => (
        <div title={text}>
          {name} {value}
        </div>
      )}
    />,
  );
  return screen.findByRole('textbox', { name: 'Age of log lines, days' });
};

describe('the limits of the logs', () => {
  it('change one setting and leave the others', async () => {
    settings.readSettings.mockResolvedValue(answer(30));
    settings.changeSettings.mockResolvedValue(answer(7));
    const user = userEvent.setup();
    const field = await show();
    await user.clear(field);
    await user.type(field, '7{Enter}');
    expect(settings.changeSettings).toHaveBeenCalledWith({ logs: { maxAgeDays: 7 } });
    expect(await screen.findByDisplayValue('7')).toBeTruthy();
  });

  it('say what the server refuses, and what is no number, and keep what was typed', async () => {
    settings.readSettings.mockResolvedValue(answer(30));
    settings.changeSettings.mockRejectedValue(new Error('logs.maxAgeDays must not be below 0, is -1'));
    const user = userEvent.setup();
    const field = await show();
    await user.clear(field);
    await user.type(field, '-1{Enter}');
    expect((await screen.findByRole('alert')).textContent).toBe('logs.maxAgeDays must not be below 0, is -1');
    await user.clear(field);
    await user.type(field, 'many{Enter}');
    expect(await screen.findByText('“many” is not a number')).toBeTruthy();
    expect(field).toHaveProperty('value', 'many');
  });

  it('say what is wrong with the file', async () => {
    settings.readSettings.mockResolvedValue(answer(30, 'settings.json: line 3: unknown key "lgos"'));
    await show();
    expect(screen.getByText('settings.json: line 3: unknown key "lgos"')).toBeTruthy();
  });
});
