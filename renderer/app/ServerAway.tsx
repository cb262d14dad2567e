import { IconPlugConnectedX } from '@tabler/icons-react';
import { bridge } from '../client/platform.ts';
import { attempt } from '../state/actions.ts';
import { useConnection } from '../state/serverState.ts';
import { editFile } from '../state/serviceCommands.ts';
import { retryConnection } from '../state/session.ts';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/States.tsx';
import { StatusIcon } from '../ui/StatusIcon.tsx';
import classes from './ServerAway.module.css';

/** The page before anything was heard of the server: it is being started, or why it is not there. */
export function ServerAway() {
  const connection = useConnection();
  if (connection.status !== 'failed') {
    return (
      <div className={classes.starting} role="status">
        <EmptyState
          icon={<StatusIcon look={{ tone: 'busy', shape: 'arc' }} size={20} />}
          title={bridge ? 'Starting the server…' : 'Connecting to the server…'}
          text={connection.status === 'reconnecting' ? connection.reason : undefined}
        />
      </div>
    );
  }
  const { logFile } = connection;
  return (
    <div className={classes.failed} role="alert">
      <EmptyState
        icon={<IconPlugConnectedX size={22} stroke={1.6} />}
        title={bridge ? 'The server is not running' : 'The server cannot be reached'}
        text={<span data-selectable>{connection.reason}</span>}
        action={
          <>
            <Button variant="primary" onClick={() => void attempt('The server could not be started', retryConnection)}>
              Try again
            </Button>
            {logFile && bridge ? <Button onClick={() => editFile(logFile)}>Open its log</Button> : null}
          </>
        }
      />
    </div>
  );
}
