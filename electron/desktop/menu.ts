import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { DesktopCommand } from '../../shared/contract/bridge.ts';

/** What the menu can do beside the system's own entries. */
export interface MenuActions {
  openFolder: () => void;
  send: (command: DesktopCommand) => void;
  quit: () => void;
  showLogs: () => void;
}

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
        ...(platform === 'darwin'
          ? ([{ role: 'close' }] satisfies MenuItemConstructorOptions[])
          : [page('Settings', 'settings'), { type: 'separator' as const }, quit]),
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
    { label: 'Help', role: 'help', submenu: [{ label: 'Show Log Folder', click: actions.showLogs }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
