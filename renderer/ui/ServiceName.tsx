import classes from './ServiceName.module.css';

/** Letters at the end that stay when a name is too long: they are what tells long names apart. */
const TAIL = 8;

/** Names up to this length are not cut in two; there is nothing to gain. */
const SHORT = 18;

/** A name on one line that gives up its middle, not its end, where the room is too small. */
export function ServiceName({ name }: { name: string }) {
  if (name.length <= SHORT) return <b className={classes.name}>{name}</b>;
  return (
    <b className={classes.name} title={name}>
      <span className={classes.head}>{name.slice(0, -TAIL)}</span>
      <span>{name.slice(-TAIL)}</span>
    </b>
  );
}
