import { Modal } from '@mantine/core';
import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, FieldNote, Form, FormActions, TwoFields } from '../../ui/Form.tsx';
import { parseSpan } from '../../ui/parseSpan.ts';
import { jsonProblemAt } from '../../ui/jsonFormat.ts';
import { lifeProblem } from './life.ts';
import { isConflict, offerUndoOfSave, type TablePlace, writeRecord } from './recordActions.ts';

/** Asks for a new record and stores it, unless its key is taken. */
export function NewRecordForm({
  place,
  initialKey,
  onClose,
  onOpen,
}: {
  place: TablePlace;
  initialKey: string;
  onClose: () => void;
  /** Shows the record that was made, or the one that has the key. */
  onOpen: (place: TablePlace, key: string) => void;
}) {
  const [database, setDatabase] = useState(place.database);
  const [table, setTable] = useState(place.table);
  const [key, setKey] = useState(initialKey);
  const [value, setValue] = useState('');
  const [life, setLife] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ text: string; isTaken: boolean }>();
  const badLife = lifeProblem(life);
  const looksLikeJson = /^\s*[[{]/.test(value);
  const jsonProblem = looksLikeJson ? jsonProblemAt(value) : undefined;

  const save = async (): Promise<void> => {
    const to = { database: database.trim(), table: table.trim() };
    setBusy(true);
    try {
      const what = { value: new TextEncoder().encode(value), ttlMs: parseSpan(life) ?? 0, metadata: {} };
      const revision = await writeRecord(to, key, what, { case: 'absent', value: true });
      offerUndoOfSave(to, undefined, key, revision);
      onClose();
      onOpen(to, key);
    } catch (error) {
      const { message, next } = toMicroError(error);
      const isTaken = isConflict(error);
      setProblem({ isTaken, text: isTaken ? `“${key}” is there already.` : next ? `${message}. ${next}` : message });
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={onClose} title="New record" size={520}>
      <Form
        onSubmit={() => {
          if (!busy && badLife === undefined && key !== '') void save();
        }}
      >
        <TwoFields>
          <Field label="Database">
            <input value={database} spellCheck={false} onChange={(event) => setDatabase(event.target.value)} />
          </Field>
          <Field label="Table">
            <input value={table} spellCheck={false} onChange={(event) => setTable(event.target.value)} />
          </Field>
        </TwoFields>
        <Field label="Key">
          <input
            data-autofocus
            value={key}
            spellCheck={false}
            onChange={(event) => {
              setKey(event.target.value);
              setProblem(undefined);
            }}
          />
        </Field>
        <Field label="Value">
          <textarea rows={7} value={value} spellCheck={false} onChange={(event) => setValue(event.target.value)} />
        </Field>
        {jsonProblem === undefined ? null : (
          <FieldNote>Begins like JSON but is none ({jsonProblem}); it is stored as it stands.</FieldNote>
        )}
        <Field label="Ends in">
          <input
            value={life}
            placeholder="never; or 30s, 5m, 2h 30m, 7d"
            spellCheck={false}
            aria-invalid={badLife !== undefined}
            onChange={(event) => setLife(event.target.value)}
          />
        </Field>
        {badLife === undefined ? null : <FieldNote bad>{badLife}</FieldNote>}
        {problem ? (
          <FieldNote bad alert>
            {problem.text}
          </FieldNote>
        ) : null}
        <FormActions>
          <Button onClick={onClose}>Cancel</Button>
          {problem?.isTaken ? (
            <Button
              onClick={() => {
                onClose();
                onOpen({ database: database.trim(), table: table.trim() }, key);
              }}
            >
              Open it
            </Button>
          ) : null}
          <Button type="submit" variant="primary" busy={busy} disabled={key === '' || badLife !== undefined}>
            Create
          </Button>
        </FormActions>
      </Form>
    </Modal>
  );
}
