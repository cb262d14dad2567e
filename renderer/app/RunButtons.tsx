import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { Kind, type Service, Status } from '../../shared/contract/gen/state_pb.ts';
import { usePendingOfAll } from '../state/actions.ts';
import { startAll, stopAll } from '../state/serviceActions.ts';
import { useShownProject, useShownServices } from '../state/projectFilter.ts';
import { useConnection } from '../state/serverState.ts';
import { isAlive, isManaged } from '../state/serviceCommands.ts';
import { Button } from '../ui/Button.tsx';

/** Whether "run all" would start it. A task that ended well has nothing left to do. */
function wouldStart(service: Service): boolean {
  if (!isManaged(service) || service.disabled) return false;
  if (service.kind === Kind.TASK && service.status === Status.STOPPED && service.reason === 'completed') return false;
  return !isAlive(service) || service.status === Status.ERROR;
}

/** Run all and Stop all for what is shown. They are usable when there is something to do, and busy until it is done. */
export function RunButtons() {
  const services = useShownServices();
  const project = useShownProject();
  const pending = usePendingOfAll();
  const connected = useConnection().status === 'connected';
  if (services.length === 0) return null;
  const startable = services.filter(wouldStart).length;
  const stoppable = services.filter((service) => isManaged(service) && isAlive(service)).length;
  const scope = project ? project.name : 'all projects';
  return (
    <>
      <Button
        icon={<IconPlayerStopFilled size={12} />}
        busy={pending === 'stop'}
        disabled={!connected || stoppable === 0}
        title={stoppable === 0 ? 'Nothing runs' : `Stop ${stoppable} of ${scope}`}
        onClick={() => void stopAll(project?.name)}
      >
        Stop all
      </Button>
      <Button
        variant="primary"
        icon={<IconPlayerPlayFilled size={12} />}
        busy={pending === 'start'}
        disabled={!connected || startable === 0}
        title={startable === 0 ? 'Everything runs' : `Start ${startable} of ${scope}`}
        onClick={() => void startAll(project?.name)}
      >
        Run all
      </Button>
    </>
  );
}
