import { Chip } from './Chip.tsx';

/** Holds a live list still and lets it go again; says how many came meanwhile. */
export function PauseChip({
  held,
  waiting,
  onHeld,
}: {
  held: boolean;
  waiting: number;
  onHeld: (held: boolean) => void;
}) {
  return (
    <Chip pressed={held} onClick={() => onHeld(!held)} title="Hold the list still; new calls are counted">
      {held ? `Paused${waiting > 0 ? ` · ${waiting} new` : ''}` : 'Pause'}
    </Chip>
  );
}
