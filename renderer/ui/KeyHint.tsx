import classes from './KeyHint.module.css';

/** A key combination as printed on the keys, e.g. ⌘K or Ctrl+K; `formatKeys` makes the text. */
export function KeyHint({ text }: { text: string }) {
  return <kbd className={classes.key}>{text}</kbd>;
}
