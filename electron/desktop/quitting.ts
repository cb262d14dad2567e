import { type BrowserWindow, dialog } from 'electron';
import type { ServerFile } from '../server/serverFile.ts';
import type { MainLog } from './mainLog.ts';
import { liveServices, shutdownServer } from './serverCalls.ts';
import { findServer } from '../server/findServer.ts';

/**
 * Longest time that quitting waits for services to end in order; services may ask for 10 s each and stop side by side
 * where their order allows. After it the server is told a second time, which ends everything at once.
 */
export const ORDERLY_MS = 30_000;
/** And for that second word to work. After it the server is killed; the next start ends what it left. */
export const FORCED_MS = 5_000;
/** How often the server is looked for while it ends. */
const LOOK_MS = 50;

/** What becomes of the services when the app ends. */
export type QuitChoice = 'stop' | 'keep';

/** Asks what to do with running services; undefined when the user does not want to quit after all. */
export async function askWhatToDo(
  window: BrowserWindow | undefined,
  services: string[],
): Promise<{ choice: QuitChoice; remember: boolean } | undefined> {
  const count = services.length === 1 ? `${services[0]} is running` : `${services.length} services are running`;
  const options: Electron.MessageBoxOptions = {
    type: 'question',
    title: 'Quit Micro Desktop',
    message: `Stop everything, or keep it running?`,
    detail: `${count}. What is kept running can be seen and stopped with the micro command, or by opening this app again.`,
    buttons: ['Stop everything', 'Keep running', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
    checkboxLabel: 'Remember this and do not ask again',
  };
  const result = window ? await dialog.showMessageBox(window, options) : await dialog.showMessageBox(options);
  if (result.response === 2) return undefined;
  return { choice: result.response === 0 ? 'stop' : 'keep', remember: result.checkboxChecked };
}

/** Names of the services that a quit would stop. Empty when the server does not answer. */
export async function runningServices(server: ServerFile, log: MainLog): Promise<string[]> {
  try {
    return await liveServices(server);
  } catch (error) {
    log.warn(`the server did not say what runs: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** Stops the services in order and the server; resolves when its process is gone, after 35 s at the latest. */
export async function stopServer(home: string, server: ServerFile, log: MainLog): Promise<void> {
  log.info(`stopping the server of pid ${server.pid} and its services`);
  shutdownServer(server, ORDERLY_MS).catch((error: unknown) => {
    log.warn(
      `the server was not reached, ending it by signal: ${error instanceof Error ? error.message : String(error)}`,
    );
    signal(server.pid, 'SIGTERM');
  });
  if (await isGoneWithin(home, server, ORDERLY_MS)) return;
  log.error(`the server of pid ${server.pid} is still there after ${ORDERLY_MS / 1000} s; ending everything at once`);
  signal(server.pid, 'SIGTERM');
  signal(server.pid, 'SIGINT');
  if (await isGoneWithin(home, server, FORCED_MS)) return;
  signal(server.pid, 'SIGKILL');
}

async function isGoneWithin(home: string, server: ServerFile, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = await findServer(home);
    // server.json goes first, the process a moment later.
    if (found?.startTime !== server.startTime && !isAlive(server.pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}

function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
