import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { toMicroError } from '../../shared/contract/errors.ts';
import { Button } from './Button.tsx';
import classes from './States.module.css';

/** What a view shows when there is nothing: why, and how there will be something. */
export function EmptyState({
  icon,
  title,
  text,
  action,
}: {
  icon?: ReactNode;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={classes.state}>
      {icon ? <div className={classes.icon}>{icon}</div> : null}
      <h2 className={classes.title}>{title}</h2>
      {text ? <div className={classes.text}>{text}</div> : null}
      {action ? <div className={classes.action}>{action}</div> : null}
    </div>
  );
}

/** What a view shows when it could not get its content: the message, the next step and a retry. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { message, next } = toMicroError(error);
  return (
    <div className={classes.state} role="alert">
      <div className={classes.icon} data-tone="bad">
        <IconAlertTriangle size={24} stroke={1.6} />
      </div>
      <h2 className={classes.title} data-selectable>
        {message}
      </h2>
      {next ? <div className={classes.text}>{next}</div> : null}
      {onRetry ? (
        <div className={classes.action}>
          <Button onClick={onRetry}>Try again</Button>
        </div>
      ) : null}
    </div>
  );
}

/** Grey lines in the place of rows that are on their way. */
export function LoadingState({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div className={classes.loading} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={classes.bone} data-width={row % 3} />
      ))}
    </div>
  );
}
