import type { Tone } from './status.ts';
import classes from './ToneBadge.module.css';

/** A short note on a soft ground; its words say what its colour means. */
export function ToneBadge({ tone, text }: { tone: Tone; text: string }) {
  return (
    <span className={classes.badge} data-tone={tone} title={text}>
      {text}
    </span>
  );
}
