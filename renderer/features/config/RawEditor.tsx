import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { jsonProblemAt } from '../../ui/jsonFormat.ts';
import { JsonText } from '../../ui/JsonText.tsx';
import { FieldNote } from '../../ui/Form.tsx';
import classes from './Config.module.css';
import { type ConfigDocument, type Edit, editsBetween, isLevel, type Json } from './document.ts';

/** The whole document as JSON, secrets as their mask; a mask that is left alone leaves the secret alone. */
export function RawEditor({
  document,
  onSave,
}: {
  document: ConfigDocument;
  onSave: (edits: readonly Edit[], base: ConfigDocument) => void;
}) {
  const [draft, setDraft] = useState<{ text: string; base: ConfigDocument }>();
  const plain = JSON.stringify(document.value, null, 2);
  if (!draft) {
    return (
      <div className={classes.raw}>
        <div className={classes.rawText} tabIndex={0} role="group" aria-label="The document as JSON" data-selectable>
          <JsonText className={classes.code} text={plain} />
        </div>
        <div className={classes.rawBar}>
          <FieldNote>Secrets read “[secret]”; left so, they stay.</FieldNote>
          <span className={classes.grow} />
          <Button onClick={() => setDraft({ text: plain, base: document })}>Edit</Button>
        </div>
      </div>
    );
  }
  const problem = jsonProblemAt(draft.text);
  const value = problem === undefined ? (JSON.parse(draft.text) as Json) : undefined;
  const isBad = !isLevel(value);
  return (
    <div
      className={classes.raw}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        setDraft(undefined);
      }}
    >
      <textarea
        className={classes.rawField}
        ref={(element) => {
          if (element && document.revision === draft.base.revision && draft.text === plain) element.focus();
        }}
        aria-label="The document as JSON"
        aria-invalid={isBad}
        value={draft.text}
        spellCheck={false}
        onChange={(event) => setDraft({ ...draft, text: event.target.value })}
      />
      <div className={classes.rawBar}>
        {isBad ? (
          <FieldNote bad>{problem ? `Not JSON: ${problem}` : 'The document is a level: { … }'}</FieldNote>
        ) : draft.base.revision === document.revision ? null : (
          <span className={classes.warn}>Changed by somebody else meanwhile (revision {document.revision})</span>
        )}
        <span className={classes.grow} />
        <Button onClick={() => setDraft(undefined)}>Discard</Button>
        <Button
          variant="primary"
          disabled={isBad}
          onClick={() => isLevel(value) && onSave(editsBetween(draft.base, value), draft.base)}
        >
          Save…
        </Button>
      </div>
    </div>
  );
}
