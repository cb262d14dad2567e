import { useNow } from '../../ui/useNow.ts';
import { formatLeft, lifeProblem } from './life.ts';
import classes from './Store.module.css';

/** The field for how long a record lives from the save on. Untouched, the end stays when it is. */
export function LifeField({
  text,
  expiresAt,
  onText,
}: {
  /** As typed; undefined: untouched. */
  text: string | undefined;
  /** ms since 1970; 0: without end. */
  expiresAt: number;
  onText: (text: string) => void;
}) {
  const now = useNow();
  const problem = text === undefined ? undefined : lifeProblem(text);
  return (
    <label className={classes.life}>
      <span>Ends in</span>
      <input
        value={text ?? (expiresAt === 0 ? '' : formatLeft(expiresAt, now))}
        placeholder="never"
        spellCheck={false}
        aria-invalid={problem !== undefined}
        title={problem ?? 'A time such as 30s, 5m, 2h 30m or 7d; empty: never'}
        onChange={(event) => onText(event.target.value)}
      />
    </label>
  );
}
