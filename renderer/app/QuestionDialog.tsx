import { Modal, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { answer, useQuestion } from '../state/questions.ts';
import { Button } from '../ui/Button.tsx';
import { Field } from '../ui/Form.tsx';
import classes from './ServiceDialogs.module.css';

/** Asks before something happens that cannot be taken back. Escape and a click beside it cancel. */
export function QuestionDialog() {
  const question = useQuestion();
  const [typed, setTyped] = useState('');
  useEffect(() => setTyped(''), [question]);
  const isLocked = question?.typed !== undefined && typed.trim() !== question.typed;
  const last = question?.answers.length ? question.answers.length - 1 : 0;
  return (
    <Modal
      opened={question !== undefined}
      onClose={() => answer(undefined)}
      title={question?.title ?? ''}
      size={480}
      // Above a dialog that asks.
      zIndex={300}
    >
      {question?.text ? <p className={classes.text}>{question.text}</p> : null}
      {question?.lines?.length ? (
        <pre className={classes.lines} tabIndex={0}>
          {question.lines.join('\n')}
        </pre>
      ) : null}
      {question?.typed === undefined ? null : (
        <Field label={`Type ${question.typed} to go on`}>
          <TextInput
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !isLocked) answer(question.answers[last]?.id);
            }}
            data-autofocus
            autoComplete="off"
          />
        </Field>
      )}
      <div className={classes.actions}>
        <Button onClick={() => answer(undefined)}>Cancel</Button>
        {question?.answers.map(({ id, label, danger }, index) => (
          <Button
            key={id}
            variant={danger ? 'danger' : index === last ? 'primary' : 'default'}
            data-autofocus={(index === last && question.typed === undefined) || undefined}
            disabled={isLocked}
            onClick={() => answer(id)}
          >
            {label}
          </Button>
        ))}
      </div>
    </Modal>
  );
}
