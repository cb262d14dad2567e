import { IconPlayerPlayFilled, IconPlayerStopFilled, IconRefresh, IconSkull, IconX } from '@tabler/icons-react';
import { killServices, restartServices, startServices, stopServices } from '../../state/serviceActions.ts';
import { Button } from '../../ui/Button.tsx';
import classes from './BulkActions.module.css';

/** What can be done with all marked services at once. */
export function BulkActions({ names, onClear }: { names: readonly string[]; onClear: () => void }) {
  return (
    <div className={classes.bar} role="toolbar" aria-label="Actions on the marked services">
      <span className={classes.count}>{names.length} marked</span>
      <Button icon={<IconPlayerPlayFilled size={12} />} onClick={() => void startServices(names)}>
        Start
      </Button>
      <Button icon={<IconPlayerStopFilled size={12} />} onClick={() => void stopServices(names)}>
        Stop
      </Button>
      <Button icon={<IconRefresh size={14} stroke={1.7} />} onClick={() => void restartServices(names)}>
        Restart
      </Button>
      <Button variant="danger" icon={<IconSkull size={14} stroke={1.7} />} onClick={() => void killServices(names)}>
        Kill
      </Button>
      <Button
        variant="quiet"
        icon={<IconX size={14} />}
        aria-label="Clear the marks"
        title="Clear the marks"
        onClick={onClear}
      />
    </div>
  );
}
