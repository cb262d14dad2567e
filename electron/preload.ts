import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { DesktopBridge, ServerState } from '../shared/contract/bridge.ts';
import { bridgeArguments, bridgeCalls, bridgeEvents } from '../shared/contract/bridgeChannels.ts';

function subscribe<T>(channel: string, listener: (value: T) => void): () => void {
  const handle = (_event: IpcRendererEvent, value: T): void => listener(value);
  ipcRenderer.on(channel, handle);
  return () => ipcRenderer.removeListener(channel, handle);
}

/** How the server is: asked for before the page's scripts are there to ask, and kept by what is told since. */
let server: Promise<ServerState> | undefined;
ipcRenderer.on(bridgeEvents.serverState, (_event, state: ServerState) => {
  server = Promise.resolve(state);
});
void serverState();

function serverState(): Promise<ServerState> {
  if (server) return server;
  const asked: Promise<ServerState> = ipcRenderer.invoke(bridgeCalls.serverState);
  server = asked;
  // What failed is asked for again.
  asked.catch(() => {
    if (server === asked) server = undefined;
  });
  return asked;
}

const version = process.argv.find((word) => word.startsWith(bridgeArguments.version)) ?? bridgeArguments.version;

/** The page's only way out of its sandbox. It passes words on; the main process checks sender and values. */
const bridge: DesktopBridge = {
  platform: process.platform as DesktopBridge['platform'],
  version: version.slice(bridgeArguments.version.length),
  serverState,
  onDidChangeServerState: (listener) => subscribe(bridgeEvents.serverState, listener),
  onDidReceiveCommand: (listener) => subscribe(bridgeEvents.command, listener),
  pickFolder: () => ipcRenderer.invoke(bridgeCalls.pickFolder),
  openFolder: (folder) => ipcRenderer.invoke(bridgeCalls.openFolder, folder),
  pickFile: (folder) => ipcRenderer.invoke(bridgeCalls.pickFile, folder),
  recentProjects: () => ipcRenderer.invoke(bridgeCalls.recentProjects),
  addRecentProject: (project) => ipcRenderer.invoke(bridgeCalls.addRecentProject, project),
  removeRecentProject: (folder) => ipcRenderer.invoke(bridgeCalls.removeRecentProject, folder),
  sampleProject: () => ipcRenderer.invoke(bridgeCalls.sampleProject),
  openExternal: (url) => ipcRenderer.invoke(bridgeCalls.openExternal, url),
  showFolder: (folder) => ipcRenderer.invoke(bridgeCalls.showFolder, folder),
  openInEditor: (path, line) => ipcRenderer.invoke(bridgeCalls.openInEditor, path, line),
  writeClipboard: (text) => ipcRenderer.invoke(bridgeCalls.writeClipboard, text),
  notify: (notification) => ipcRenderer.invoke(bridgeCalls.notify, notification),
  readClipboard: () => ipcRenderer.invoke(bridgeCalls.readClipboard),
  setTheme: (theme) => ipcRenderer.invoke(bridgeCalls.setTheme, theme),
  retryServer: () => ipcRenderer.invoke(bridgeCalls.retryServer),
  isCommandOffered: () => ipcRenderer.invoke(bridgeCalls.isCommandOffered),
  installCommand: () => ipcRenderer.invoke(bridgeCalls.installCommand),
  dismissCommand: () => ipcRenderer.invoke(bridgeCalls.dismissCommand),
  keychain: () => ipcRenderer.invoke(bridgeCalls.keychain),
  moveKey: (to) => ipcRenderer.invoke(bridgeCalls.moveKey, to),
};

contextBridge.exposeInMainWorld('micro', bridge);

/**
 * A folder that is dropped on the window is opened. Done here, because only here the path of what was dropped is known;
 * the page has no use for it. What the page itself drags about has no files with it.
 */
window.addEventListener('dragover', (event) => {
  if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
});
window.addEventListener('drop', (event) => {
  const file = event.dataTransfer?.files[0];
  if (!file) return;
  event.preventDefault();
  // Electron 32 and later tell the path on being asked; before, it is a property of the file.
  const path = webUtils ? webUtils.getPathForFile(file) : (file as File & { path?: string }).path;
  if (path) void bridge.openFolder(path).catch(() => {});
});
