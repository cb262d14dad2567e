import type { ReactNode } from 'react';
import classes from './Form.module.css';

/** Fields under each other. Enter in a field submits, Ctrl or ⌘ with Enter also from a text of several lines. */
export function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.currentTarget.requestSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** A field with its name above it, and what is said about it below. */
export function Field({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <label className={classes.field}>
      {label}
      {children}
    </label>
  );
}

/** A choice of several buttons with its name above it; a label around it would click the first one. */
export function FieldGroup({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.field}>
      {label}
      {children}
    </div>
  );
}

/** Two fields beside each other. */
export function TwoFields({ children }: { children: ReactNode }) {
  return <div className={classes.two}>{children}</div>;
}

/** The buttons that end a form, at its right. */
export function FormActions({ children }: { children: ReactNode }) {
  return <div className={classes.actions}>{children}</div>;
}

/** A sentence about a field, or about what is wrong with it. */
export function FieldNote({
  bad = false,
  alert = false,
  id,
  children,
}: {
  bad?: boolean;
  alert?: boolean;
  id?: string;
  children: ReactNode;
}) {
  return (
    <span id={id} className={bad ? classes.problem : classes.note} role={alert ? 'alert' : undefined}>
      {children}
    </span>
  );
}
