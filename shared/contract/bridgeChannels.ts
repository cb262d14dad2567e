import type { DesktopBridge } from './bridge.ts';

/** The calls of {@link DesktopBridge} that the page makes, each with the name under which it travels. */
export const bridgeCalls = {
  serverState: 'micro:server-state',
  pickFolder: 'micro:pick-folder',
  openFolder: 'micro:open-folder',
  pickFile: 'micro:pick-file',
  recentProjects: 'micro:recent-projects',
  addRecentProject: 'micro:add-recent-project',
  removeRecentProject: 'micro:remove-recent-project',
  sampleProject: 'micro:sample-project',
  openExternal: 'micro:open-external',
  showFolder: 'micro:show-folder',
  openInEditor: 'micro:open-in-editor',
  writeClipboard: 'micro:write-clipboard',
  notify: 'micro:notify',
  readClipboard: 'micro:read-clipboard',
  setTheme: 'micro:set-theme',
  retryServer: 'micro:retry-server',
  isCommandOffered: 'micro:is-command-offered',
  installCommand: 'micro:install-command',
  dismissCommand: 'micro:dismiss-command',
  keychain: 'micro:keychain',
  moveKey: 'micro:move-key',
} as const satisfies Partial<Record<keyof DesktopBridge, string>>;

/** Name of a call of the bridge. */
export type BridgeCall = keyof typeof bridgeCalls;

/** What the desktop app tells the page unasked. */
export const bridgeEvents = {
  serverState: 'micro:did-change-server-state',
  command: 'micro:did-receive-command',
} as const;

/** Arguments that the preload script gets on its command line, since it may not read files. */
export const bridgeArguments = { version: '--micro-version=' } as const;
