import type { ReactNode } from 'react';
import classes from './DefinitionList.module.css';

/** Facts in two columns: their names and their values. */
export function DefinitionList({ children }: { children: ReactNode }) {
  return <dl className={classes.list}>{children}</dl>;
}

/** One fact; nothing is shown without a value. */
export function Fact({ term, children }: { term: string; children: ReactNode }) {
  if (children === undefined || children === null || children === '' || children === false) return null;
  return (
    <>
      <dt className={classes.term}>{term}</dt>
      <dd className={classes.value}>{children}</dd>
    </>
  );
}

/** The small heading between groups of facts. */
export function SectionTitle({ children }: { children: ReactNode }) {
  return <h3 className={classes.section}>{children}</h3>;
}
