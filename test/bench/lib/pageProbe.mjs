import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';

const { WebSocket } = createRequire(import.meta.url)('ws');

/** How often the page is asked; the resolution of what is measured. */
const POLL_MS = 10;
const TIMEOUT_MS = 60_000;

/**
 * Starts an Electron app and measures the ms from the start of its process until `expression` is true in its page. The
 * page is asked over the debugging port, in the same way for every app, so that none carries a probe of its own.
 * Resolves with the time, the pid of the app and a function that ends it.
 */
export async function timeUntil(executable, args, env, expression) {
  const startedAt = performance.now();
  const child = spawn(executable, ['--remote-debugging-port=0', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const end = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    const port = await debuggingPort(child);
    const socket = await pageSocket(port, startedAt);
    const ms = await pollUntil(socket, expression, startedAt);
    socket.close();
    return { ms, pid: child.pid, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The port on which a starting app can be asked. */
export function debuggingPort(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (data) => {
      text += data;
      const match = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(text);
      if (match) resolve(Number(match[1]));
    });
    child.on('exit', (code) => reject(new Error(`the app ended with code ${code}: ${text}`)));
  });
}

/** A socket to the page of the app behind a debugging port. */
export async function pageSocket(port, startedAt) {
  while (performance.now() - startedAt < TIMEOUT_MS) {
    const targets = await fetch(`http://127.0.0.1:${port}/json`).then((response) => response.json());
    const page = targets.find((target) => target.type === 'page' && target.webSocketDebuggerUrl);
    if (page) {
      const socket = new WebSocket(page.webSocketDebuggerUrl);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return socket;
    }
    await delay(POLL_MS);
  }
  throw new Error('the app opened no page');
}

async function pollUntil(socket, expression, startedAt) {
  let id = 0;
  // A frame after the condition came true, it is on the screen.
  const drawn = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(Boolean(${expression})))))`;
  while (performance.now() - startedAt < TIMEOUT_MS) {
    id += 1;
    const answer = new Promise((resolve) => {
      const take = (data) => {
        const message = JSON.parse(data);
        if (message.id !== id) return;
        socket.off('message', take);
        resolve(message.result?.result?.value);
      };
      socket.on('message', take);
    });
    socket.send(
      JSON.stringify({
        id,
        method: 'Runtime.evaluate',
        params: { expression: drawn, awaitPromise: true, returnByValue: true },
      }),
    );
    const value = await Promise.race([answer, delay(1_000)]);
    if (value === true) return performance.now() - startedAt;
    await delay(POLL_MS);
  }
  throw new Error(`never true in the page: ${expression}`);
}
