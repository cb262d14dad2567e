import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useShortcuts } from '../../../renderer/app/useShortcuts.ts';
import { registerCommands } from '../../../renderer/state/commands.ts';
import { showOverlay } from '../../../renderer/state/overlays.ts';
import { HOLD_MS, holdTyping, takeTyped } from '../../../renderer/state/typeAhead.ts';

const ran: string[] = [];
const command = (id: string, keys: string, run = (): void => {}) => ({
  id,
  title: id,
  group: 'Window',
  keys,
  run: () => {
    ran.push(id);
    run();
  },
});
let unregister: () => void;

function press(key: string, more: KeyboardEventInit = {}): boolean {
  return document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
}

describe('what is typed while the palette is still coming', () => {
  beforeEach(() => {
    unregister = registerCommands([
      command('palette', 'mod+k', () => showOverlay('palette')),
      command('graph', 'g'),
      command('close', 'escape', () => showOverlay(undefined)),
    ]);
    renderHook(() => useShortcuts());
  });
  afterEach(() => {
    vi.restoreAllMocks();
    cleanup();
    unregister();
    showOverlay(undefined);
    ran.length = 0;
  });

  test('is kept for it and runs no command', () => {
    press('k', { ctrlKey: true });
    for (const key of ['g', 'G', 'Shift', '+', 'x', 'Backspace', 'é', ' ']) press(key);
    expect(ran).toEqual(['palette']);
    expect(takeTyped()).toBe('gG+é ');
    expect(press('g')).toBe(false);
    expect(ran).toEqual(['palette', 'graph']);
    expect(takeTyped()).toBe('');
  });

  test('has Enter where that is text, as in a shell', () => {
    holdTyping('\r');
    for (const key of ['l', 's', 'Enter']) expect(press(key)).toBe(false);
    expect(takeTyped()).toBe('ls\r');
    holdTyping();
    expect(press('Enter')).toBe(true);
    expect(takeTyped()).toBe('');
  });

  test('is forgotten when the palette is closed before it came', () => {
    press('k', { ctrlKey: true });
    press('g');
    press('Escape');
    expect(takeTyped()).toBe('');
    press('g');
    expect(ran).toEqual(['palette', 'close', 'graph']);
  });

  test('means again what it means everywhere when the palette never comes', () => {
    press('k', { ctrlKey: true });
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + HOLD_MS + 1);
    press('g');
    expect(ran).toEqual(['palette', 'graph']);
  });
});
