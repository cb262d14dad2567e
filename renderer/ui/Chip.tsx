import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './Chip.module.css';

/** A round, quiet button in a toolbar: a filter, a count that leads to its rows, a switch (with `pressed`). */
export function Chip({
  pressed,
  className,
  children,
  ...rest
}: ComponentPropsWithRef<'button'> & { pressed?: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      {...rest}
      className={className ? `${classes.chip} ${className}` : classes.chip}
      aria-pressed={pressed}
    >
      {children}
    </button>
  );
}
