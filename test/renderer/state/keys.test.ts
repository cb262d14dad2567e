import { afterEach, describe, expect, it, vi } from 'vitest';
import { commandForKeys, keysFor, registerCommand, runCommand } from '../../../renderer/state/commands.ts';
import { formatKeys, isTyped, keysOf } from '../../../renderer/state/keys.ts';
import { uiStore } from '../../../renderer/state/uiState.ts';

const press = (key: string, init: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent('keydown', { key, ...init });

afterEach(() => uiStore.setState({ keys: {} }));

describe('key combinations', () => {
  it('are read from a key press', () => {
    expect(keysOf(press('k', { ctrlKey: true }))).toBe('mod+k');
    expect(keysOf(press('K', { ctrlKey: true, shiftKey: true }))).toBe('mod+shift+k');
    expect(keysOf(press('g'))).toBe('g');
    expect(keysOf(press('ArrowLeft', { altKey: true }))).toBe('alt+arrowleft');
  });

  it('do not count shift for a sign that needs it on some keyboards', () => {
    expect(keysOf(press('?', { shiftKey: true }))).toBe('?');
  });

  it('are none while only a modifier is down or a character is being composed', () => {
    expect(keysOf(press('Control', { ctrlKey: true }))).toBeUndefined();
    expect(keysOf(press('a', { isComposing: true }))).toBeUndefined();
  });

  it('are printed as on the keys', () => {
    expect(formatKeys('mod+shift+enter')).toBe('Ctrl+Shift+Enter');
    expect(formatKeys('alt+arrowleft')).toBe('Alt+←');
  });

  it('are told apart into those that typing would eat and those it would not', () => {
    expect(['g', '?', 'shift+s'].map(isTyped)).toEqual([true, true, true]);
    expect(['mod+k', 'alt+arrowleft', 'f5'].map(isTyped)).toEqual([false, false, false]);
  });
});

describe('commands', () => {
  it('run by the key the user chose instead of their own', () => {
    const run = vi.fn();
    const remove = registerCommand({ id: 'x', title: 'X', group: 'G', keys: 'x', run });
    uiStore.setState({ keys: { x: 'mod+y' } });
    expect(commandForKeys('x')).toBeUndefined();
    commandForKeys('mod+y')?.run();
    expect(run).toHaveBeenCalledOnce();
    remove();
    expect(commandForKeys('mod+y')).toBeUndefined();
  });

  it('have no key once the user took it away', () => {
    const command = { id: 'x', title: 'X', group: 'G', keys: 'x', run: () => {} };
    expect(keysFor(command, { x: '' })).toBeUndefined();
  });

  it('do not run when they make no sense', () => {
    const run = vi.fn();
    const remove = registerCommand({ id: 'x', title: 'X', group: 'G', keys: 'x', when: () => false, run });
    expect(runCommand('x')).toBe(false);
    expect(commandForKeys('x')).toBeUndefined();
    expect(run).not.toHaveBeenCalled();
    remove();
  });
});
