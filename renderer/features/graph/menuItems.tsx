import { restartServices, startServices, stopServices } from '../../state/serviceActions.ts';
import { openLog } from '../../state/panels.ts';
import { serverStore } from '../../state/serverState.ts';
import { serviceCommands } from '../../state/serviceCommands.ts';
import type { MenuItem } from '../../ui/ContextMenu.tsx';
import { ServiceCommandIcon } from '../../ui/ServiceCommandIcon.tsx';

/** Everything that can be done with a service on the graph. */
export function serviceMenu(name: string): MenuItem[] {
  const service = serverStore.getState().services.get(name);
  if (!service) return [];
  return serviceCommands(service).map((command) => ({ ...command, icon: <ServiceCommandIcon name={command.icon} /> }));
}

/** What can be done with all services of a group at once. */
export function groupMenu(members: readonly string[], expand: () => void): MenuItem[] {
  const names = [...members];
  const count = `${names.length} services`;
  return [
    { id: 'expand', label: 'Expand group', group: 'look', run: expand },
    {
      id: 'log',
      label: 'Show logs merged',
      icon: <ServiceCommandIcon name="log" />,
      group: 'look',
      run: () => openLog(names),
    },
    {
      id: 'start',
      label: `Start ${count}`,
      icon: <ServiceCommandIcon name="start" />,
      group: 'run',
      run: () => void startServices(names),
    },
    {
      id: 'stop',
      label: `Stop ${count}`,
      icon: <ServiceCommandIcon name="stop" />,
      group: 'run',
      run: () => void stopServices(names),
    },
    {
      id: 'restart',
      label: `Restart ${count}`,
      icon: <ServiceCommandIcon name="restart" />,
      group: 'run',
      run: () => void restartServices(names),
    },
  ];
}
