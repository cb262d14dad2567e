import { FieldNote } from '../../ui/Form.tsx';
import classes from './Config.module.css';
import { mask, type ShownDifference } from './document.ts';

function Side({ text, side }: { text: string | undefined; side: 'before' | 'after' }) {
  if (text === undefined) return <span className={classes.dim}>{side === 'before' ? 'not set' : 'taken out'}</span>;
  return <code data-side={side}>{text === mask ? '••••••' : text}</code>;
}

/** Values that are different, each as it was and as it is or will be. */
export function DifferenceList({ differences, label }: { differences: readonly ShownDifference[]; label: string }) {
  if (differences.length === 0) return <FieldNote>Nothing is different.</FieldNote>;
  return (
    <ul className={classes.differences} aria-label={label}>
      {differences.map(({ path, before, after }) => (
        <li key={path}>
          <b>{path === '' ? 'the whole document' : path}</b>
          <div>
            <Side text={before} side="before" />
            <span aria-label="becomes">→</span>
            <Side text={after} side="after" />
          </div>
        </li>
      ))}
    </ul>
  );
}
