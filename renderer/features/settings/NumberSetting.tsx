import { type ReactNode, useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import classes from './SettingsPage.module.css';

/** A field for a number that is saved when it is left; what the server refuses is said, and what was typed stays. */
export function NumberSetting({
  value,
  unit,
  label,
  onSave,
  render,
}: {
  readonly value: number | undefined;
  readonly unit: string;
  readonly label: string;
  /** Rejects when the value cannot be. */
  readonly onSave: (value: number) => Promise<void>;
  readonly render: (field: ReactNode) => ReactNode;
}) {
  const [text, setText] = useState(String(value ?? ''));
  const [problem, setProblem] = useState('');
  const save = async (): Promise<void> => {
    if (Number(text) === value && text.trim() !== '') return;
    try {
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw new Error(`“${text}” is not a number`);
      await onSave(Number(text));
      setProblem('');
    } catch (error) {
      setProblem(toMicroError(error).message);
    }
  };
  return render(
    <span className={classes.limit}>
      <input
        className={classes.number}
        inputMode="numeric"
        aria-label={`${label}, ${unit}`}
        aria-invalid={problem !== '' || undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void save();
        }}
      />
      {unit}
      {problem === '' ? null : (
        <span className={classes.problem} role="alert">
          {problem}
        </span>
      )}
    </span>,
  );
}
