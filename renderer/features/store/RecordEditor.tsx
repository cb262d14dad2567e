import type { KeyboardEvent } from 'react';
import { isMac } from '../../client/platform.ts';
import { Button } from '../../ui/Button.tsx';
import { jsonProblemAt, prettyJson } from '../../ui/jsonFormat.ts';
import type { Draft } from './drafts.ts';
import { LifeField } from './LifeField.tsx';
import { lifeProblem } from './life.ts';
import classes from './Store.module.css';

function focusAtStart(element: HTMLTextAreaElement | null): void {
  element?.focus();
  element?.setSelectionRange(0, 0);
}

/** The value as text, checked while one types when it is JSON, and its life. */
export function RecordEditor({
  draft,
  busy,
  expiresAt,
  canSave,
  onDraft,
  onSave,
  onCancel,
}: {
  draft: Draft;
  busy: boolean;
  /** ms since 1970; 0: without end. */
  expiresAt: number;
  canSave: boolean;
  onDraft: (draft: Draft) => void;
  onSave: () => void;
  onCancel: () => void;
}) {
  const problem = draft.asJson ? jsonProblemAt(draft.text) : undefined;
  const isBad = problem !== undefined || (draft.life !== undefined && lifeProblem(draft.life) !== undefined);
  const handleKey = (event: KeyboardEvent): void => {
    const mod = isMac ? event.metaKey : event.ctrlKey;
    if (mod && (event.key === 'Enter' || event.key.toLowerCase() === 's')) {
      if (canSave && !isBad && !busy) onSave();
    } else if (event.key === 'Escape') onCancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={classes.editor} onKeyDown={handleKey}>
      <textarea
        ref={focusAtStart}
        className={classes.text}
        aria-label="Value"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : 'store-value-problem'}
        value={draft.text}
        spellCheck={false}
        onChange={(event) => onDraft({ ...draft, text: event.target.value })}
      />
      {problem === undefined ? null : (
        <p id="store-value-problem" className={classes.problem}>
          Not JSON: {problem}
        </p>
      )}
      <div className={classes.editorBar}>
        <LifeField text={draft.life} expiresAt={expiresAt} onText={(life) => onDraft({ ...draft, life })} />
        <span className={classes.grow} />
        {draft.asJson ? (
          <Button
            variant="quiet"
            disabled={problem !== undefined}
            onClick={() => onDraft({ ...draft, text: prettyJson(draft.text) })}
          >
            Format
          </Button>
        ) : null}
        <Button onClick={onCancel}>Cancel</Button>
        <Button
          variant="primary"
          busy={busy}
          disabled={!canSave || isBad}
          title={`Save (${isMac ? '⌘' : 'Ctrl+'}Enter)`}
          onClick={onSave}
        >
          Save
        </Button>
      </div>
    </div>
  );
}
