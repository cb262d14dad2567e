import classes from './EnvironmentName.module.css';

/** The name of an environment with the mark of its colour; `local` has a hollow one. */
export function EnvironmentName({ name, colour }: { name: string; colour: string }) {
  return (
    <span className={classes.name} data-environment={colour || undefined}>
      <span className={classes.mark} aria-hidden="true" />
      {name}
    </span>
  );
}
