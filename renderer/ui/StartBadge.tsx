import type { Service } from '../../shared/contract/gen/state_pb.ts';
import { startNote } from './startNote.ts';
import classes from './Status.module.css';
import { Until } from './Time.tsx';

/** Beside the status of a service that does not run: when its schedule runs it, or that it is started on demand. */
export function StartBadge({ service }: { service: Service }) {
  switch (startNote(service)) {
    case 'scheduled':
      return (
        <span className={classes.startNote} title="Its schedule runs it then">
          next in <Until at={service.nextRunAt} />
        </span>
      );
    case 'on demand':
      return (
        <span className={classes.startNote} title="Started by name, or when another service needs it">
          on demand
        </span>
      );
    default:
      return null;
  }
}
