import { IconAlertTriangle, IconX } from '@tabler/icons-react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { bridge } from '../../client/platform.ts';
import { problemPlace } from '../../state/problemPlace.ts';
import { editFile } from '../../state/serviceCommands.ts';
import { shortPath } from '../../state/shortPath.ts';
import { Button } from '../../ui/Button.tsx';
import classes from './WelcomePage.module.css';

/** Why a folder could not be opened: where the mistake is, what it is, and what can be done. */
export function ProjectError({
  folder,
  error,
  onRetry,
  onClose,
}: {
  folder: string;
  error: unknown;
  onRetry: () => void;
  onClose: () => void;
}) {
  const problem = toMicroError(error);
  const place = problemPlace(problem);
  return (
    <div className={classes.error} role="alert">
      <IconAlertTriangle size={16} />
      <div className={classes.errorText}>
        <b>{place ? place.label : `${shortPath(folder)} could not be opened`}</b>
        <div data-selectable>{problem.message}</div>
        {problem.next ? <div className={classes.errorNext}>{problem.next}</div> : null}
        <div className={classes.errorActions}>
          {place && bridge ? <Button onClick={() => editFile(place.file, place.line)}>Open in editor</Button> : null}
          <Button onClick={onRetry}>Try again</Button>
        </div>
      </div>
      <button type="button" className={classes.forget} aria-label="Close" onClick={onClose}>
        <IconX size={14} />
      </button>
    </div>
  );
}
