import { useService } from '../../state/serverState.ts';
import { serviceCommands } from '../../state/serviceCommands.ts';
import { ContextMenu } from '../../ui/ContextMenu.tsx';
import { ServiceCommandIcon } from '../../ui/ServiceCommandIcon.tsx';

/** Everything that can be done with one service, at a point. Its entries follow the service while it is open. */
export function ServiceMenu({
  name,
  at,
  onClose,
}: {
  name: string | undefined;
  at: { x: number; y: number } | undefined;
  onClose: () => void;
}) {
  const service = useService(name);
  const items = service
    ? serviceCommands(service).map((command) => ({ ...command, icon: <ServiceCommandIcon name={command.icon} /> }))
    : [];
  return (
    <ContextMenu
      at={service ? at : undefined}
      onClose={onClose}
      label={name ? `Menu of ${name}` : 'Menu'}
      items={items}
    />
  );
}
