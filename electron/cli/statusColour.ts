import { Status } from '../../shared/contract/gen/state_pb.ts';
import type { Colours } from './colours.ts';

/** Colours a text by a status: what is well, what is on its way, what is wrong. */
export function statusColour(colours: Colours, status: Status): (text: string) => string {
  switch (status) {
    case Status.RUNNING:
      return colours.green;
    case Status.PENDING:
    case Status.BUILDING:
    case Status.STARTING:
    case Status.STOPPING:
      return colours.yellow;
    case Status.ERROR:
      return colours.red;
    case Status.STOPPED:
    case Status.UNKNOWN:
      return colours.dim;
    default:
      // A status of a newer server.
      return (text) => text;
  }
}
