import { expect, test, vi } from 'vitest';
import { countServices, trayMenu, trayText } from '../../../electron/desktop/trayMenu.ts';

const services = ['RUNNING', 'RUNNING', 'ERROR', 'STARTING', 'STOPPED'].map((word) => ({ status: `STATUS_${word}` }));

test('the tray says what runs, and offers what can be done now', () => {
  const actions = { open: vi.fn(), runAll: vi.fn(), stopAll: vi.fn(), quit: vi.fn() };
  expect(trayText(countServices(services))).toBe('2 running, 1 changing, 1 failed');
  expect(trayText(countServices([]))).toBe('0 running');
  expect(trayText(undefined)).toBe('No server');
  const enabled = (counts: Parameters<typeof trayMenu>[0]): string[] =>
    trayMenu(counts, actions)
      .filter((item) => item.label !== undefined && item.enabled !== false)
      .map((item) => item.label as string);
  expect(enabled(countServices(services))).toEqual(['Open Micro Desktop', 'Run All', 'Stop All', 'Quit Micro Desktop']);
  expect(enabled(countServices([]))).toEqual(['Open Micro Desktop', 'Run All', 'Quit Micro Desktop']);
  expect(enabled(undefined)).toEqual(['Open Micro Desktop', 'Quit Micro Desktop']);
});
