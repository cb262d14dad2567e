import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { REVEAL_WITHIN_MS, revealWindow } from '../../../electron/desktop/revealWindow.ts';

class FakeWindow extends EventEmitter {
  destroyed = false;
  visible = false;
  shown = 0;
  readonly warnings: string[] = [];
  isDestroyed = (): boolean => this.destroyed;
  isVisible = (): boolean => this.visible;

  reveal(): this {
    const show = (): void => {
      this.shown++;
      this.visible = true;
    };
    revealWindow(this, show, { warn: (text) => void this.warnings.push(text) });
    return this;
  }

  close(): void {
    this.destroyed = true;
    this.emit('closed');
  }
}

describe('a window', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test('is shown with its first picture', () => {
    const window = new FakeWindow().reveal();
    vi.advanceTimersByTime(REVEAL_WITHIN_MS - 1);
    expect(window.shown).toBe(0);
    window.emit('ready-to-show');
    expect(window.shown).toBe(1);
    expect(window.warnings).toEqual([]);
  });

  test('that draws nothing is shown all the same, once, and the log says so', () => {
    const window = new FakeWindow().reveal();
    vi.advanceTimersByTime(REVEAL_WITHIN_MS);
    expect(window.shown).toBe(1);
    expect(window.warnings).toEqual(['the window drew nothing in 5 s; shown all the same']);
    window.emit('ready-to-show');
    expect(window.shown).toBe(1);
  });

  test('that was brought to the front meanwhile stays as it is', () => {
    const window = new FakeWindow().reveal();
    window.visible = true;
    vi.advanceTimersByTime(REVEAL_WITHIN_MS);
    expect(window.shown).toBe(0);
    expect(window.warnings).toEqual([]);
  });

  test('that was closed is not touched', () => {
    const window = new FakeWindow().reveal();
    window.close();
    expect(vi.getTimerCount()).toBe(0);
    window.emit('ready-to-show');
    expect(window.shown).toBe(0);
  });
});
