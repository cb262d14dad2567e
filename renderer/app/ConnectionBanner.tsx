import { IconAlertTriangle, IconLoader2 } from '@tabler/icons-react';
import { bridge } from '../client/platform.ts';
import { attempt } from '../state/actions.ts';
import { useConnection, useLoaded } from '../state/serverState.ts';
import { editFile } from '../state/serviceCommands.ts';
import { retryConnection } from '../state/session.ts';
import { Button } from '../ui/Button.tsx';
import classes from './Banner.module.css';

/** Says that what the page shows may be old, because the server is away, and what is done about it. */
export function ConnectionBanner() {
  const connection = useConnection();
  const loaded = useLoaded();
  // Before anything was heard the page itself says it.
  if (connection.status === 'connected' || !loaded) return null;
  if (connection.status === 'failed') {
    const { logFile } = connection;
    return (
      <div className={classes.banner} data-tone="bad" role="alert">
        <IconAlertTriangle size={16} />
        <span className={classes.text}>
          <b>The server is not running.</b> {connection.reason}
        </span>
        {logFile && bridge ? <Button onClick={() => editFile(logFile)}>Open its log</Button> : null}
        <Button onClick={() => void attempt('The server could not be started', retryConnection)}>Try again</Button>
      </div>
    );
  }
  return (
    <div className={classes.banner} data-tone="warn" role="status">
      <IconLoader2 size={16} className={classes.spin} />
      <span className={classes.text}>
        {bridge ? <b>The server ended, starting again…</b> : <b>The connection to the server is lost, trying again…</b>}{' '}
        {connection.status === 'reconnecting' ? connection.reason : ''}
        {connection.status === 'reconnecting' && connection.attempt > 1 ? ` (attempt ${connection.attempt})` : ''}
      </span>
    </div>
  );
}
