import { type Ref, useState } from 'react';
import classes from './Events.module.css';
import { parsePlace, placeHelp, type Place } from './positions.ts';

/** The field that leads to a place in the history of a topic. */
export function GoField({ ref, onGo }: { ref?: Ref<HTMLInputElement>; onGo: (place: Place) => void }) {
  const [text, setText] = useState('');
  const [isBad, setBad] = useState(false);
  return (
    <form
      className={classes.go}
      onSubmit={(event) => {
        event.preventDefault();
        const place = parsePlace(text, Date.now());
        setBad(place === undefined);
        if (place) onGo(place);
      }}
    >
      <input
        ref={ref}
        value={text}
        aria-label="Go to an offset or a time"
        aria-invalid={isBad}
        title={`Go to: ${placeHelp}`}
        placeholder="Go to offset or time…"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          setBad(false);
        }}
      />
      {isBad ? (
        <span className={classes.problem} role="alert">
          e.g. 120, 2h or 14:30
        </span>
      ) : null}
    </form>
  );
}
