import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './Button.module.css';

/** How much a button asks for attention. */
type Variant = 'default' | 'primary' | 'danger' | 'quiet';

/** The button of the frame: 28 px, icon and word. `busy` says that its action is under way and keeps it from a second one. */
export function Button({
  variant = 'default',
  icon,
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: ComponentPropsWithRef<'button'> & { variant?: Variant; icon?: ReactNode; busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className={className ? `${classes.button} ${className}` : classes.button}
      data-variant={variant}
      data-icon-only={children === undefined || undefined}
      disabled={disabled}
      // Disabling the focused button would throw the focus to the top of the page.
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : rest.onClick}
    >
      {busy ? <span className={classes.spinner} aria-hidden="true" /> : icon}
      {children}
    </button>
  );
}
