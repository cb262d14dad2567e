import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { DesktopCommand, RecentProject } from '../../shared/contract/bridge.ts';

/** What the menu can do beside the system's own entries. */
export interface MenuActions {
  openFolder: () => void;
  send: (command: DesktopCommand) => void;
  quit: () => void;
  showLogs: () => void;
  /** Folders opened before, newest first. */
  recent: readonly RecentProject[];
  openRecent: (folder: string) => void;
  tray: { isOn: boolean; set: (wanted: boolean) => void };
  startAtLogin: { isOn: boolean; set: (wanted: boolean) => void };
  /** Undefined where newer versions cannot be looked for. */
  checkForUpdates: (() => void) | undefined;
  /** Undefined where there is no command to install. */
  installCommand: (() => void) | undefined;
}

/** More than this many recent folders make a menu that nobody reads. */
const MAX_RECENT = 8;

/** The native menu. On Linux and Windows it shows with Alt; its keys work always. */
export function installMenu(actions: MenuActions, platform: NodeJS.Platform = process.platform): void {
  const run = (label: string, command: string): MenuItemConstructorOptions => ({
    label,
    click: () => actions.send({ type: 'run-command', command }),
  });
  const page = (label: string, name: string): MenuItemConstructorOptions => ({
    label,
    click: () => actions.send({ type: 'open-page', page: name }),
  });
  const toggle = (id: string, label: string, { isOn, set }: MenuActions['tray']): MenuItemConstructorOptions => ({
    id,
    label,
    type: 'checkbox',
    checked: isOn,
    click: (item) => set(item.checked),
  });
  const system: MenuItemConstructorOptions[] = [
    toggle('tray', platform === 'darwin' ? 'Show in Menu Bar' : 'Show Tray Icon', actions.tray),
    toggle('start-at-login', 'Start at Login', actions.startAtLogin),
    ...(actions.installCommand ? [{ label: 'Install the micro Command', click: actions.installCommand }] : []),
  ];
  const quit: MenuItemConstructorOptions = {
    label: 'Quit Micro Desktop',
    accelerator: 'CmdOrCtrl+Q',
    click: actions.quit,
  };
  const template: MenuItemConstructorOptions[] = [
    ...(platform === 'darwin'
      ? [
          {
            label: 'Micro Desktop',
            submenu: [
              { role: 'about' },
              { type: 'separator' },
              page('Settings', 'settings'),
              ...system,
              { type: 'separator' },
              { role: 'hide' },
              { role: 'hideOthers' },
              { role: 'unhide' },
              { type: 'separator' },
              quit,
            ] satisfies MenuItemConstructorOptions[],
          },
        ]
      : []),
    {
      label: 'File',
      submenu: [
        { label: 'Open Project…', accelerator: 'CmdOrCtrl+O', click: actions.openFolder },
        {
          label: 'Open Recent',
          enabled: actions.recent.length > 0,
          submenu: actions.recent.slice(0, MAX_RECENT).map(({ name, folder }) => ({
            // An ampersand would mark the next letter as a key.
            label: `${name}: ${folder}`.replaceAll('&', '&&'),
            click: () => actions.openRecent(folder),
          })),
        },
        { type: 'separator' },
        ...(platform === 'darwin'
          ? ([{ role: 'close' }] satisfies MenuItemConstructorOptions[])
          : [page('Settings', 'settings'), ...system, { type: 'separator' as const }, quit]),
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        page('Graph', 'graph'),
        page('Services', 'services'),
        page('Logs', 'logs'),
        { type: 'separator' },
        run('Search and Run…', 'palette'),
        run('Keys', 'help'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        { type: 'separator' },
        { role: 'reload' },
        { role: 'toggleDevTools' },
      ],
    },
    { label: 'Run', submenu: [run('Run All', 'run.all'), run('Stop All', 'stop.all')] },
    { role: 'windowMenu' },
    {
      label: 'Help',
      role: 'help',
      submenu: [
        { label: 'Show Log Folder', click: actions.showLogs },
        ...(actions.checkForUpdates
          ? [{ id: 'check-updates', label: 'Check for Updates…', click: actions.checkForUpdates }]
          : []),
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
