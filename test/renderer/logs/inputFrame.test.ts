import { beforeEach, expect, it, vi } from 'vitest';

let afterInput: (callback: () => void, isAwaited?: boolean) => void;
/** Hears the keys of the window. */
let press: () => void;
let frames: FrameRequestCallback[] = [];
let tasks: (() => void)[] = [];
let nowMs = 0;
let drawn: string[] = [];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  frames = [];
  tasks = [];
  drawn = [];
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal(
    'MessageChannel',
    class {
      port1 = { onmessage: (): void => {}, close: (): void => {} };
      port2 = { postMessage: (): void => void tasks.push(() => this.port1.onmessage()) };
    },
  );
  vi.stubGlobal('addEventListener', (type: string, listener: () => void) => {
    if (type === 'keydown') press = listener;
  });
  vi.resetModules();
  ({ afterInput } = await import('../../../renderer/features/logs/inputFrame.ts'));
  // Begins to listen.
  afterInput(() => {});
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  };
});

/** The frame that is due is drawn, and the task after it runs. */
function drawFrame(): void {
  for (const frame of frames.splice(0)) frame(nowMs);
  for (const task of tasks.splice(0)) task();
}

it('what nobody asked for is drawn at once in a window that nobody uses', () => {
  afterInput(() => drawn.push('lines'));
  expect(drawn).toEqual(['lines']);
});

it('waits for the frame of an input that is not drawn yet', () => {
  press();
  afterInput(() => drawn.push('lines'));
  expect(drawn).toEqual([]);
  drawFrame();
  expect(drawn).toEqual(['lines']);
});

it('while somebody types it comes right after the frame of the next key, and not when that may be pressed', () => {
  press();
  drawFrame();
  nowMs += 10;
  afterInput(() => drawn.push('just after'));
  nowMs += 90;
  afterInput(() => drawn.push('between'));
  expect(drawn).toEqual(['just after']);
  nowMs += 80;
  press();
  drawFrame();
  expect(drawn).toEqual(['just after', 'between']);
});

it('waits no longer than a quarter of a second for a key that does not come', () => {
  press();
  drawFrame();
  nowMs += 100;
  afterInput(() => drawn.push('lines'));
  vi.advanceTimersByTime(250);
  expect(drawn).toEqual(['lines']);
  expect(vi.getTimerCount()).toBe(0);
});

it('what somebody waits for is drawn at once', () => {
  press();
  drawFrame();
  nowMs += 100;
  afterInput(() => drawn.push('lines'), true);
  expect(drawn).toEqual(['lines']);
});
