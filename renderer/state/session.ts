import { setAsk } from '../client/api.ts';
import { ServerLink } from '../client/serverLink.ts';
import { askByName } from './environments.ts';
import { applyLinkStatus, applyServerState } from './serverState.ts';

const link = new ServerLink({ handleState: applyServerState, handleStatus: applyLinkStatus });

/** Connects the stores to the server; the result ends the connection. */
export function startSession(): () => void {
  setAsk(askByName);
  link.start();
  return () => link.stop();
}

/** Tries again after the connection was given up. */
export function retryConnection(): Promise<void> {
  return link.retry();
}
