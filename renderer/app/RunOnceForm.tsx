import { useState } from 'react';
import { runAction } from '../state/actions.ts';
import { parseArgs, parseEnvText } from '../state/envText.ts';
import { useService } from '../state/serverState.ts';
import { Button } from '../ui/Button.tsx';
import classes from './ServiceDialogs.module.css';

/** Starts a service once with further arguments and variables; the next start is as declared again. */
export function RunOnceForm({ name, onClose }: { name: string; onClose: () => void }) {
  const service = useService(name);
  const [argsText, setArgsText] = useState('');
  const [envText, setEnvText] = useState('');
  const args = parseArgs(argsText);
  const env = parseEnvText(envText);
  const run = (): void => {
    if ('problem' in args || 'problem' in env) return;
    onClose();
    void runAction('start', { services: [name] }, { withDependencies: true, args: args.args, env: env.env });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      {service?.command ? <code className={classes.command}>{service.command}</code> : null}
      <label className={classes.field}>
        <span className={classes.label}>Further arguments</span>
        <input
          className={classes.input}
          data-autofocus
          value={argsText}
          placeholder="--verbose --only 'first batch'"
          spellCheck={false}
          onChange={(event) => setArgsText(event.target.value)}
        />
        {'problem' in args ? <div className={classes.problem}>{args.problem}</div> : null}
      </label>
      <label className={classes.field}>
        <span className={classes.label}>Variables, one a line</span>
        <textarea
          className={classes.input}
          rows={4}
          value={envText}
          placeholder="LOG_LEVEL=debug"
          spellCheck={false}
          onChange={(event) => setEnvText(event.target.value)}
        />
        {'problem' in env ? <div className={classes.problem}>{env.problem}</div> : null}
      </label>
      <p className={classes.text}>For this run only; the next start is as declared again.</p>
      <div className={classes.actions}>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={'problem' in args || 'problem' in env}>
          Run
        </Button>
      </div>
    </form>
  );
}
