import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { electronArguments } from '../../../build/lib/electronRuntime.mjs';
import { debuggingPort, pageSocket } from './pageProbe.mjs';
import { findBelow } from './processCost.mjs';

const POLL_MS = 50;
const TIMEOUT_MS = 60_000;

/**
 * Starts the real app on a project folder as `startApp` does, but without the Playwright driver: that listens to every frame
 * of every WebSocket, which takes more of a flood's time than the app does. Resolves with means to ask the page, to press keys
 * and to click in it.
 */
export async function startQuietApp({ root, electron, home, folder }) {
  mkdirSync(join(home, 'desktop'), { recursive: true });
  writeFileSync(join(home, 'desktop/preferences.json'), JSON.stringify({ theme: 'light', onQuit: 'stop' }));
  const args = ['--remote-debugging-port=0', ...electronArguments(), root, '--project', folder];
  const env = { MICRO_HOME: home, MICRO_NODE: process.execPath, MICRO_GATEWAY_PORT: '0', MICRO_PROXY_PORT: '0' };
  const child = spawn(electron.executable, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const socket = await pageSocket(await debuggingPort(child), performance.now());
  const waiting = new Map();
  socket.on('message', (data) => {
    const { id, result, error } = JSON.parse(data);
    waiting.get(id)?.(error ? { error } : result);
    waiting.delete(id);
  });
  let lastId = 0;
  const send = async (method, params) => {
    const id = ++lastId;
    const answer = await new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.error ?? answer.exceptionDetails) throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer;
  };
  /** The value of an expression in the page, awaited. */
  const evaluate = async (expression) =>
    (await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value;
  const press = async (key, { code, keyCode, ctrl = false, text }) => {
    const common = { key, code, windowsVirtualKeyCode: keyCode, modifiers: ctrl ? 2 : 0 };
    await send('Input.dispatchKeyEvent', {
      type: text ? 'keyDown' : 'rawKeyDown',
      ...common,
      ...(text ? { text } : {}),
    });
    await send('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
  };
  /** A click of the left button, at CSS px from the page's upper left corner. */
  const click = async (x, y) => {
    const common = { x, y, button: 'left', clickCount: 1 };
    await send('Input.dispatchMouseEvent', { type: 'mousePressed', buttons: 1, ...common });
    await send('Input.dispatchMouseEvent', { type: 'mouseReleased', buttons: 0, ...common });
  };
  return {
    evaluate,
    press,
    click,
    /** pid of the process that draws the page. */
    pagePid: () => findBelow(child.pid, (command) => command.includes('--type=renderer')),
    insertText: (text) => send('Input.insertText', { text }),
    resize: (width, height) =>
      send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false }),
    /** Resolves when an expression has become true in the page. */
    async until(expression) {
      for (const end = Date.now() + TIMEOUT_MS; Date.now() < end; await delay(POLL_MS)) {
        if (await evaluate(`Boolean(${expression})`)) return;
      }
      throw new Error(`never true in the page: ${expression}`);
    },
    async end() {
      socket.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}
