import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute } from 'node:path';
import { type BrowserWindow, clipboard, dialog, ipcMain, type IpcMainInvokeEvent, shell } from 'electron';
import { $ZodError } from 'zod/v4/core';
import * as z from 'zod/mini';
import type { DesktopNotification, ServerState } from '../../shared/contract/bridge.ts';
import { type BridgeCall, bridgeCalls } from '../../shared/contract/bridgeChannels.ts';
import { APP_ORIGIN } from './appProtocol.ts';
import type { KeyHandOver } from './keyHandOver.ts';
import type { MainLog } from './mainLog.ts';
import type { MicroCommand } from './microCommand.ts';
import { openInEditor } from './openInEditor.ts';
import type { RecentProjects } from './recentProjects.ts';

/** Text for the clipboard beyond this is a mistake, not a selection. */
const MAX_CLIPBOARD_CHARS = 64 * 1024 * 1024;

const absolutePath = z
  .string()
  .check(z.minLength(1), z.maxLength(4096), z.refine(isAbsolute, 'must be an absolute path'));
const webUrl = z.string().check(
  z.maxLength(8192),
  z.refine((text) => isWebUrl(text), 'only http and https links open'),
);
const name = z.string().check(z.minLength(1), z.maxLength(256));
const project = z.object({ name, folder: absolutePath });
const notification = z.object({
  title: name,
  body: z.string().check(z.maxLength(2048)),
  service: name,
  at: z.number().check(z.nonnegative()),
});
const keyPlace = z.enum(['keychain', 'file']);
const theme = z.enum(['light', 'dark', 'system']);

/** What the page's calls need of the app. */
export interface BridgeOptions {
  window: () => BrowserWindow | undefined;
  serverState: () => ServerState;
  retryServer: () => void;
  recentProjects: RecentProjects;
  /** Makes sure that the sample project is there, and tells where. */
  sampleProject: () => Promise<string>;
  notify: (notification: DesktopNotification) => void;
  setTheme: (theme: 'light' | 'dark' | 'system') => Promise<void>;
  openFolder: (folder: string) => void;
  command: MicroCommand;
  key: KeyHandOver;
  log: MainLog;
}

/**
 * Answers the page's calls. Each is checked for its sender, which must be our own page in our own window, and for its
 * values, before anything happens.
 */
export function handleBridge(options: BridgeOptions): void {
  const { recentProjects } = options;
  const calls: Record<BridgeCall, (args: unknown[]) => unknown> = {
    serverState: () => options.serverState(),
    pickFolder: () => pickFolder(options.window()),
    openFolder: ([path]) => openFolder(absolutePath.parse(path), options.openFolder),
    pickFile: ([folder]) => pickFile(options.window(), absolutePath.parse(folder)),
    recentProjects: () => recentProjects.list(),
    addRecentProject: ([value]) => {
      const { name, folder } = project.parse(value);
      return recentProjects.add(name, folder);
    },
    removeRecentProject: ([folder]) => recentProjects.remove(absolutePath.parse(folder)),
    sampleProject: () => options.sampleProject(),
    openExternal: ([url]) => shell.openExternal(webUrl.parse(url)),
    showFolder: async ([folder]) => {
      const problem = await shell.openPath(absolutePath.parse(folder));
      if (problem !== '') throw new Error(problem);
    },
    openInEditor: ([path, line]) =>
      openInEditor(absolutePath.parse(path), z.optional(z.int().check(z.positive())).parse(line)),
    writeClipboard: ([text]) => clipboard.writeText(z.string().check(z.maxLength(MAX_CLIPBOARD_CHARS)).parse(text)),
    notify: ([value]) => options.notify(notification.parse(value)),
    readClipboard: () => clipboard.readText(),
    setTheme: ([value]) => options.setTheme(theme.parse(value)),
    retryServer: () => options.retryServer(),
    isCommandOffered: () => options.command.isOffered(),
    installCommand: () => options.command.install(),
    dismissCommand: () => options.command.dismiss(),
    keychain: () => options.key.keychain,
    moveKey: ([to]) => options.key.move(keyPlace.parse(to)),
  };
  for (const call of Object.keys(bridgeCalls) as BridgeCall[]) {
    ipcMain.handle(bridgeCalls[call], async (event, ...args: unknown[]) => {
      if (!isOurPage(event, options.window())) {
        options.log.error(`refused ${call} from ${event.senderFrame?.url ?? 'a frame that is gone'}`);
        throw new Error('this page may not use the bridge');
      }
      try {
        return await calls[call](args);
      } catch (error) {
        if (error instanceof $ZodError)
          throw new Error(`${call}: ${error.issues.map((issue) => issue.message).join(', ')}`);
        throw error;
      }
    });
  }
}

/** Whether a link may be handed to the system: http and https only, since other schemes can start programs. */
export function isWebUrl(text: string): boolean {
  try {
    const { protocol } = new URL(text);
    return protocol === 'http:' || protocol === 'https:';
  } catch {
    return false;
  }
}

function isOurPage(event: IpcMainInvokeEvent, window: BrowserWindow | undefined): boolean {
  const frame = event.senderFrame;
  if (!frame || !window || window.isDestroyed() || event.sender !== window.webContents) return false;
  return frame === window.webContents.mainFrame && frame.url.startsWith(`${APP_ORIGIN}/`);
}

/** The system's dialog for a folder; undefined when it was cancelled. */
export async function pickFolder(window: BrowserWindow | undefined): Promise<string | undefined> {
  const options: Electron.OpenDialogOptions = {
    title: 'Open project',
    buttonLabel: 'Open',
    properties: ['openDirectory', 'createDirectory'],
  };
  const result = window ? await dialog.showOpenDialog(window, options) : await dialog.showOpenDialog(options);
  return result.canceled ? undefined : result.filePaths[0];
}

/** Opens what was dropped on the window: a folder, or a manifest for the folder that it lies in. */
async function openFolder(path: string, open: (folder: string) => void): Promise<void> {
  const found = await stat(path);
  if (found.isDirectory()) open(path);
  else if (/^micro\.ya?ml$/.test(basename(path))) open(dirname(path));
  else throw new Error(`${path} is no folder`);
}

async function pickFile(window: BrowserWindow | undefined, folder: string): Promise<string | undefined> {
  const options: Electron.OpenDialogOptions = { defaultPath: folder, properties: ['openFile', 'showHiddenFiles'] };
  const result = window ? await dialog.showOpenDialog(window, options) : await dialog.showOpenDialog(options);
  return result.canceled ? undefined : result.filePaths[0];
}
