import { IconEye, IconEyeOff, IconTrash } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useImperativeHandle, useRef, useState } from 'react';
import { isMac } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, FieldNote, FormActions } from '../../ui/Form.tsx';
import classes from './Config.module.css';
import { ConfigUsers } from './ConfigUsers.tsx';
import { fieldText, revealSecret } from './configActions.ts';
import {
  type ConfigDocument,
  type Edit,
  editsBetween,
  isLevel,
  type Json,
  pathProblem,
  readTyped,
  usualNamespace,
  valueAt,
} from './document.ts';

/** What the page can do with the panel. */
export interface PanelHandle {
  focus(): void;
}

/** The document with a value at a path, as a new one. */
function withValue(value: { [key: string]: Json }, path: string, next: Json): { [key: string]: Json } {
  const [name = '', ...rest] = path.split('.');
  const inner = value[name];
  const below = rest.length === 0 ? next : withValue(isLevel(inner) ? inner : {}, rest.join('.'), next);
  return { ...value, [name]: below };
}

/** The value at a path, or a new one, with the field to change it. */
export function ValuePanel({
  document,
  path,
  ref,
  onSave,
  onDelete,
  onLeave,
}: {
  document: ConfigDocument;
  /** Undefined: a new value is asked for. */
  path: string | undefined;
  ref?: Ref<PanelHandle>;
  /** These changes are to be made to the document as it was when the typing began. */
  onSave: (edits: readonly Edit[], base: ConfigDocument, path: string) => void;
  onDelete: (path: string) => void;
  onLeave: () => void;
}) {
  const [typedPath, setTypedPath] = useState('');
  const [draft, setDraft] = useState<{ text: string; base: ConfigDocument }>();
  const [revealed, setRevealed] = useState<string>();
  const wasSecret = path !== undefined && document.secrets.has(path);
  const [secret, setSecret] = useState(wasSecret);
  const box = useRef<HTMLElement>(null);
  useImperativeHandle(ref, () => ({
    focus: () => box.current?.querySelector<HTMLElement>('input, textarea')?.focus(),
  }));

  const at = path ?? typedPath.trim();
  const value = path === undefined ? undefined : valueAt(document.value, path);
  const level = isLevel(value);
  const text = draft?.text ?? (wasSecret ? (revealed ?? '') : fieldText(value));
  const typed = readTyped(text);
  const badPath = path === undefined && typedPath !== '' ? pathProblem(typedPath.trim()) : undefined;
  const badLevel =
    level && !isLevel(typed.value) ? 'A level stays one: write it as JSON, or delete it first' : undefined;
  const canSave =
    (draft !== undefined || secret !== wasSecret) &&
    badPath === undefined &&
    badLevel === undefined &&
    at !== '' &&
    (text !== '' || !wasSecret);

  const save = (): void => {
    if (!canSave) return;
    const base = draft?.base ?? document;
    const edits =
      secret || wasSecret
        ? [{ path: at, value: typed.value, secret }]
        : editsBetween(base, withValue(base.value, at, typed.value));
    onSave(edits, base, at);
  };
  const reveal = async (): Promise<void> => {
    if (path === undefined) return;
    await attempt(`${path} could not be read`, async () => setRevealed(await revealSecret(document.namespace, path)));
  };
  const handleKey = (event: KeyboardEvent): void => {
    const mod = isMac ? event.metaKey : event.ctrlKey;
    if (mod && (event.key === 'Enter' || event.key.toLowerCase() === 's')) save();
    else if (event.key === 'Escape') {
      if (draft) setDraft(undefined);
      else onLeave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section ref={box} className={classes.panelBody} aria-label={path ?? 'New value'} onKeyDown={handleKey}>
      {path === undefined ? (
        <Field label="Path">
          <input
            value={typedPath}
            placeholder="database.pool.size"
            spellCheck={false}
            aria-invalid={badPath !== undefined}
            onChange={(event) => setTypedPath(event.target.value)}
          />
          {badPath === undefined ? null : <FieldNote bad>{badPath}</FieldNote>}
        </Field>
      ) : (
        <h2 className={classes.path} data-selectable>
          {path}
        </h2>
      )}
      <Field label={level ? 'Level, as JSON' : 'Value'}>
        <textarea
          rows={level ? 14 : 6}
          value={text}
          placeholder={wasSecret && revealed === undefined ? '•••••• (type to replace it)' : ''}
          spellCheck={false}
          aria-invalid={badLevel !== undefined}
          onChange={(event) => setDraft({ text: event.target.value, base: draft?.base ?? document })}
        />
      </Field>
      {badLevel === undefined ? (
        text === '' ? null : (
          <FieldNote>
            Stored as {typed.sort}
            {typed.sort === 'text' && !text.startsWith('"') ? '; in quotes it would be the same' : ''}.
          </FieldNote>
        )
      ) : (
        <FieldNote bad>{badLevel}</FieldNote>
      )}
      {level ? null : (
        <label className={classes.check}>
          <input type="checkbox" checked={secret} onChange={(event) => setSecret(event.target.checked)} />
          Secret: kept encrypted, shown when asked for
        </label>
      )}
      <FormActions>
        {path === undefined ? null : (
          <Button
            variant="quiet"
            icon={<IconTrash size={15} stroke={1.7} aria-hidden="true" />}
            aria-label={`Delete ${path}`}
            title="Delete (Del in the tree)"
            onClick={() => onDelete(path)}
          />
        )}
        {wasSecret ? (
          <Button
            variant="quiet"
            icon={revealed === undefined ? <IconEye size={15} stroke={1.7} /> : <IconEyeOff size={15} stroke={1.7} />}
            onClick={() => (revealed === undefined ? void reveal() : setRevealed(undefined))}
          >
            {revealed === undefined ? 'Reveal' : 'Hide'}
          </Button>
        ) : null}
        {path === undefined ? null : (
          <Button
            variant="quiet"
            onClick={() => copyText(`\${${wasSecret ? 'secret' : 'config'}:${path}}`, 'Reference')}
          >
            Copy reference
          </Button>
        )}
        <span className={classes.grow} />
        {draft ? <Button onClick={() => setDraft(undefined)}>Discard</Button> : null}
        <Button
          variant="primary"
          disabled={!canSave}
          title={`Show what changes, then save (${isMac ? '⌘' : 'Ctrl+'}Enter)`}
          onClick={save}
        >
          Save…
        </Button>
      </FormActions>
      {path !== undefined && document.namespace === usualNamespace ? (
        <ConfigUsers path={path} secret={wasSecret} />
      ) : null}
    </section>
  );
}
