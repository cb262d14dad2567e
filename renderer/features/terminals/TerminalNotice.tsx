import type { TerminalEnd } from '../../../shared/contract/terminal.ts';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { Button } from '../../ui/Button.tsx';
import type { TerminalSnapshot } from './TerminalController.ts';
import classes from './Terminals.module.css';

/** How the program of a terminal ended, in words. */
export function endText({ code, signal }: TerminalEnd): string {
  if (code === undefined) return `Ended by ${signal ?? 'a signal'}`;
  return code === 0 ? 'Ended' : `Ended with code ${code}`;
}

/** What there is to say about a terminal below its screen, with what can be done; nothing while all is well. */
export function TerminalNotice({
  snapshot,
  live,
  onRunAgain,
  onNewShell,
  onRetry,
  onClose,
}: {
  snapshot: TerminalSnapshot;
  /** The service whose own terminal it is. */
  live: string | undefined;
  onRunAgain: () => void;
  onNewShell: () => void;
  onRetry: () => void;
  onClose: () => void;
}) {
  const { phase, ended, error } = snapshot;
  if (phase === 'lost') {
    return (
      <div className={classes.notice} role="status">
        <b>No connection to the server.</b> It is tried again; what runs here goes on as long as the server does.
      </div>
    );
  }
  if (phase === 'gone') {
    return (
      <div className={classes.notice} role="status">
        <b>{live ? `${live} has no terminal now.` : 'This terminal is no more.'}</b>
        {live ? 'It has one while it runs.' : 'It was closed, or ended with its server.'}
        <span className={classes.spacer} />
        {live ? (
          <Button onClick={onRunAgain}>Start {live}</Button>
        ) : (
          <Button onClick={onNewShell}>New shell here</Button>
        )}
        <Button onClick={onClose}>Close tab</Button>
      </div>
    );
  }
  if (phase === 'failed') {
    const { message, next } = toMicroError(error);
    return (
      <div className={classes.notice} data-tone="bad" role="alert">
        <b>No shell could be started: {message}</b>
        {next ? <span>{next}</span> : null}
        <span className={classes.spacer} />
        <Button onClick={onRetry}>Try again</Button>
        <Button onClick={onClose}>Close tab</Button>
      </div>
    );
  }
  if (!ended) return null;
  const failed = ended.code !== 0;
  return (
    <div className={classes.notice} data-tone={failed ? 'bad' : undefined} role="status">
      <b>{endText(ended)}</b>
      <span className={classes.spacer} />
      <Button onClick={onRunAgain}>{live ? `Start ${live}` : 'Run again'}</Button>
      <Button onClick={onClose}>Close tab</Button>
    </div>
  );
}
