import { IconSearch, IconX } from '@tabler/icons-react';
import type { Ref } from 'react';
import classes from './FilterField.module.css';

/** A field that narrows a list while one types; Esc empties it first and leaves it then. */
export function FilterField({
  value,
  onChange,
  placeholder,
  label,
  ref,
}: {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  label: string;
  ref?: Ref<HTMLInputElement>;
}) {
  return (
    <div className={classes.field}>
      <IconSearch size={14} stroke={1.7} className={classes.icon} aria-hidden="true" />
      <input
        ref={ref}
        type="text"
        className={classes.input}
        value={value}
        placeholder={placeholder}
        aria-label={label}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          if (value) onChange('');
          else event.currentTarget.blur();
        }}
      />
      {value ? (
        <button type="button" className={classes.clear} aria-label="Clear" onClick={() => onChange('')}>
          <IconX size={12} />
        </button>
      ) : null}
    </div>
  );
}
