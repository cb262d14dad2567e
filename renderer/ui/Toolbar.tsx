import type { ReactNode } from 'react';
import classes from './Toolbar.module.css';

/** The 44 px bar above a page: its title, then what narrows it, and at the right what changes it. */
export function Toolbar({ title, children, right }: { title?: string; children?: ReactNode; right?: ReactNode }) {
  return (
    <div className={classes.toolbar}>
      {title ? <h1 className={classes.title}>{title}</h1> : null}
      {children}
      {right ? <div className={classes.right}>{right}</div> : null}
    </div>
  );
}
