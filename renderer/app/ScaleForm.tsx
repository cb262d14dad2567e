import { useState } from 'react';
import { runAction } from '../state/actions.ts';
import { useService } from '../state/serverState.ts';
import { Button } from '../ui/Button.tsx';
import classes from './ServiceDialogs.module.css';

/** Copies that a service may have at most; the server refuses more. */
const MAX_REPLICAS = 32;

/** Asks how many copies of a service run, and changes it while the others go on. */
export function ScaleForm({ name, onClose }: { name: string; onClose: () => void }) {
  const service = useService(name);
  const running = Math.max(1, service?.replicas ?? 1);
  const [text, setText] = useState(String(running));
  const replicas = Number(text);
  const valid = Number.isInteger(replicas) && replicas >= 1 && replicas <= MAX_REPLICAS;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!valid) return;
        onClose();
        void runAction('scale', { services: [name] }, { replicas });
      }}
    >
      <label className={classes.field}>
        <span className={classes.label}>Copies (now {running})</span>
        <input
          className={classes.input}
          data-autofocus
          type="number"
          min={1}
          max={MAX_REPLICAS}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {valid ? null : <div className={classes.problem}>A whole number from 1 to {MAX_REPLICAS}</div>}
      </label>
      <p className={classes.text}>
        Each copy has an address of its own, and calls go round. It holds until micro.yaml is changed or the server
        ends.
      </p>
      <div className={classes.actions}>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={!valid || replicas === running}>
          Scale
        </Button>
      </div>
    </form>
  );
}
