import { describe, expect, it } from 'vitest';
import { terminalTitle } from '../../../renderer/features/terminals/terminalParams.ts';
import { serviceTerminalId } from '../../../shared/contract/terminal.ts';

describe('the tab of a terminal', () => {
  it('is called by its name, else by its service, from the first moment on', () => {
    expect(terminalTitle({ terminal: serviceTerminalId('orders') })).toBe('orders');
    expect(terminalTitle({ service: 'orders' })).toBe('orders');
    expect(terminalTitle({ terminal: 'a1', service: 'orders', name: 'mine' })).toBe('mine');
    expect(terminalTitle({})).toBe('Terminal');
  });
});
