import { IconCopy } from '@tabler/icons-react';
import classes from './TryLines.module.css';

/** A line to try in a terminal, and what it does. */
export interface TryLine {
  readonly what: string;
  readonly line: string;
}

/** Lines to try, each with a button that copies it: how an empty page becomes one that is not. */
export function TryLines({ lines, onCopy }: { lines: readonly TryLine[]; onCopy: (line: string) => void }) {
  return (
    <ul className={classes.lines} aria-label="Lines to try">
      {lines.map(({ what, line }) => (
        <li key={line}>
          <span>{what}</span>
          <code>{line}</code>
          <button type="button" aria-label={`Copy: ${what}`} title="Copy" onClick={() => onCopy(line)}>
            <IconCopy size={13} stroke={1.7} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
