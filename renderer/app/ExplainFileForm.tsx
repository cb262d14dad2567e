import { IconCheck, IconX } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { toMicroError } from '../../shared/contract/errors.ts';
import { api } from '../client/api.ts';
import { bridge } from '../client/platform.ts';
import { absolutePath } from '../state/absolutePath.ts';
import { useService } from '../state/serverState.ts';
import { Button } from '../ui/Button.tsx';
import classes from './ServiceDialogs.module.css';

type Answer = { path: string; counts: boolean; why: string } | { path: string; problem: string };

/** Asks the server whether a file reloads a service, and by which rule. */
export function ExplainFileForm({ name, onClose }: { name: string; onClose: () => void }) {
  const folder = useService(name)?.folder ?? '';
  const [path, setPath] = useState('');
  const [answer, setAnswer] = useState<Answer>();
  const [asking, setAsking] = useState(false);
  const ask = async (asked: string): Promise<void> => {
    if (asked.trim() === '') return;
    setAsking(true);
    const full = absolutePath(folder, asked.trim());
    try {
      const { counts, why } = await api().desktop.explainFile({ service: name, path: full });
      setAnswer({ path: asked.trim(), counts, why });
    } catch (error) {
      setAnswer({ path: asked.trim(), problem: toMicroError(error).message });
    } finally {
      setAsking(false);
    }
  };
  const pick = async (): Promise<void> => {
    const picked = await bridge?.pickFile(folder);
    if (picked === undefined) return;
    setPath(picked);
    await ask(picked);
  };
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void ask(path);
      }}
    >
      <label className={classes.field}>
        <span className={classes.label}>File, from the folder of the service or absolute</span>
        <input
          className={classes.input}
          data-autofocus
          value={path}
          placeholder="src/main.ts"
          spellCheck={false}
          onChange={(event) => setPath(event.target.value)}
        />
      </label>
      <div role="status">{answer ? <AnswerText name={name} answer={answer} /> : null}</div>
      <div className={classes.actions}>
        {bridge ? (
          <Button className={classes.aside} onClick={() => void pick()}>
            Choose…
          </Button>
        ) : null}
        <Button onClick={onClose}>Close</Button>
        <Button type="submit" variant="primary" busy={asking} disabled={path.trim() === ''}>
          Explain
        </Button>
      </div>
    </form>
  );
}

function AnswerText({ name, answer }: { name: string; answer: Answer }) {
  if ('problem' in answer) return <p className={classes.problem}>{answer.problem}</p>;
  return (
    <p className={classes.answer} data-counts={answer.counts}>
      {answer.counts ? <IconCheck size={16} stroke={2.2} /> : <IconX size={16} stroke={2.2} />}
      <span>
        {answer.counts
          ? `A change of ${answer.path} reloads ${name}`
          : `A change of ${answer.path} does not reload ${name}`}
        : {answer.why}
      </span>
    </p>
  );
}
