import { useEffect, useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { stripAnsi, visibleText } from './ansi.ts';
import type { LogSource } from './logSource.ts';
import classes from './Logs.module.css';

type State = { text: string } | { problem: string } | undefined;

/** The whole text of a line that is too long for its row, fetched when it is opened. */
export function WholeLine({ row, source }: { row: number; source: LogSource }) {
  const [state, setState] = useState<State>();
  useEffect(() => {
    const controller = new AbortController();
    source.wholeText(row, controller.signal).then(
      (text) => setState({ text: stripAnsi(text) }),
      (error: unknown) => {
        if (!controller.signal.aborted) setState({ problem: toMicroError(error).message });
      },
    );
    return () => controller.abort();
  }, [row, source]);
  return (
    <div className={classes.details} data-own-selection>
      {!state ? (
        <span className={classes.dim}>loading the whole line</span>
      ) : 'problem' in state ? (
        <span role="alert">{state.problem}</span>
      ) : (
        <>
          <pre className={classes.whole}>{visibleText(state.text)}</pre>
          <Button onClick={() => copyText(state.text, 'Line')}>Copy the whole line</Button>
        </>
      )}
    </div>
  );
}
