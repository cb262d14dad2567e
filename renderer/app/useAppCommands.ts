import { useEffect } from 'react';
import { bridge } from '../client/platform.ts';
import { startAll, stopAll } from '../state/serviceActions.ts';
import { registerCommands, runCommand } from '../state/commands.ts';
import { currentPlace, goBack, goForward, openPage, openPageAsLeft, selectService } from '../state/navigation.ts';
import { showOverlay } from '../state/overlays.ts';
import { openAllLogs, openLogUntil, togglePanel } from '../state/panels.ts';
import { anyWatched, haltedServices, setReload } from '../state/reloadActions.ts';
import { serverStore } from '../state/serverState.ts';
import { serviceCommands } from '../state/serviceCommands.ts';
import { setUi, uiStore } from '../state/uiState.ts';
import { pages } from './pages.tsx';

/** Registers what the frame itself can do, and follows what the desktop app asks for. */
export function useAppCommands(): void {
  useEffect(() => registerCommands([...pageCommands(), ...frameCommands, ...serviceKeys]), []);
  useEffect(
    () =>
      bridge?.onDidReceiveCommand((command) => {
        if (command.type === 'open-page') openPage(command.page);
        else if (command.type === 'run-command') runCommand(command.command);
        else if (command.type === 'show-log') {
          selectService(command.service);
          openLogUntil(command.service, command.at);
        } else {
          if (command.page) openPage(command.page);
          selectService(command.service);
        }
      }),
    [],
  );
}

function pageCommands() {
  return pages.map((page) => ({
    id: `page.${page.id}`,
    title: page.id === 'open' ? 'Open project…' : `Go to ${page.title}`,
    group: page.id === 'open' ? 'Project' : 'Pages',
    ...(page.keys ? { keys: page.keys } : page.id === 'open' ? { keys: 'mod+o' } : {}),
    run: () => openPageAsLeft(page.id, page.keeps),
  }));
}

const anyService = (): boolean => serverStore.getState().services.size > 0;
const shownProject = (): string => {
  const { project } = uiStore.getState();
  return serverStore.getState().projects.has(project) ? project : '';
};

const frameCommands = [
  { id: 'palette', title: 'Search and run', group: 'Window', keys: 'mod+k', run: () => showOverlay('palette') },
  { id: 'help', title: 'Show keys', group: 'Window', keys: '?', run: () => showOverlay('help') },
  { id: 'back', title: 'Back', group: 'Window', keys: 'alt+arrowleft', run: goBack },
  { id: 'forward', title: 'Forward', group: 'Window', keys: 'alt+arrowright', run: goForward },
  {
    id: 'rail.toggle',
    title: 'Collapse or expand the side bar',
    group: 'Window',
    keys: 'mod+b',
    run: () => setUi({ railCollapsed: !uiStore.getState().railCollapsed }),
  },
  {
    id: 'inspector.toggle',
    title: 'Show or hide the inspector',
    group: 'Window',
    keys: 'i',
    when: () => currentPlace().service !== undefined,
    run: () => setUi({ inspectorOpen: !uiStore.getState().inspectorOpen }),
  },
  { id: 'panel.toggle', title: 'Show or hide the panel', group: 'Panel', keys: 'mod+j', run: () => togglePanel() },
  { id: 'panel.all-logs', title: 'Open the log of all services', group: 'Panel', run: openAllLogs },
  {
    id: 'theme.light',
    title: 'Theme: light',
    group: 'Window',
    run: () => setUi({ theme: 'light' }),
  },
  { id: 'theme.dark', title: 'Theme: dark', group: 'Window', run: () => setUi({ theme: 'dark' }) },
  { id: 'theme.system', title: 'Theme: as the system', group: 'Window', run: () => setUi({ theme: 'system' }) },
  {
    id: 'run.all',
    title: 'Run all',
    group: 'Project',
    keys: 'mod+shift+enter',
    when: anyService,
    run: () => void startAll(shownProject()),
  },
  {
    id: 'stop.all',
    title: 'Stop all',
    group: 'Project',
    keys: 'mod+shift+backspace',
    when: anyService,
    run: () => void stopAll(shownProject()),
  },
  {
    id: 'reload.pause',
    title: 'Pause hot reload of all',
    group: 'Project',
    keywords: 'watch stop',
    when: anyWatched,
    run: () => void setReload('all', true),
  },
  {
    id: 'reload.resume',
    title: 'Resume hot reload of all',
    group: 'Project',
    keywords: 'watch',
    when: () => haltedServices(serverStore.getState().services.values()).length > 0,
    run: () => void setReload('all', false),
  },
];

function runServiceCommand(id: string): void {
  const service = serverStore.getState().services.get(currentPlace().service ?? '');
  const command = service && serviceCommands(service).find((each) => each.id === id);
  if (command && !command.disabled) command.run();
}

const selectedExists = (): boolean => serverStore.getState().services.has(currentPlace().service ?? '');

const serviceKeys = [
  { id: 'start', title: 'Start the selected service', keys: 'shift+s' },
  { id: 'stop', title: 'Stop the selected service', keys: 'shift+x' },
  { id: 'restart', title: 'Restart the selected service', keys: 'shift+r' },
  { id: 'log', title: 'Show the log of the selected service', keys: 'shift+l' },
].map(({ id, title, keys }) => ({
  id: `selected.${id}`,
  title,
  group: 'Service',
  keys,
  when: selectedExists,
  run: () => runServiceCommand(id),
}));
