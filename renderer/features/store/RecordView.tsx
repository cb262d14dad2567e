import { IconAlertTriangle } from '@tabler/icons-react';
import { type Ref, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { attempt } from '../../state/actions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { parseSpan } from '../../ui/parseSpan.ts';
import { byteKind, type ByteMode, modesOf } from '../../ui/byteKind.ts';
import { ByteView } from '../../ui/ByteView.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { type Draft, keepDraft, keptDraft } from './drafts.ts';
import { isConflict, leftOf, offerUndoOfSave, type ReadRecord, type TablePlace, writeRecord } from './recordActions.ts';
import { ConflictView } from './ConflictView.tsx';
import { downloadValue } from './downloadValue.ts';
import { MissingRecord } from './MissingRecord.tsx';
import { RecordEditor } from './RecordEditor.tsx';
import { RecordFacts } from './RecordFacts.tsx';
import { RecordTools } from './RecordTools.tsx';
import classes from './Store.module.css';
import { editableText } from './textBytes.ts';
import type { RecordState } from './useRecord.ts';

const modeNames: Record<ByteMode, string> = { json: 'JSON', text: 'Text', hex: 'Hex', image: 'Image' };

/** What the page can do with the open record. */
export interface RecordHandle {
  focus(): void;
  edit(): void;
}

/** The open record: its facts, its value in each way it can be read, and the editor. */
export function RecordView({
  place,
  recordKey,
  state,
  ref,
  onReload,
  onDelete,
  onCreate,
  onLeave,
}: {
  place: TablePlace;
  recordKey: string;
  state: RecordState;
  ref?: Ref<RecordHandle>;
  onReload: () => void;
  onDelete: (record: ReadRecord) => void;
  onCreate: () => void;
  /** The keyboard goes back to the list. */
  onLeave: () => void;
}) {
  const { record, status } = state;
  const [draft, setDraftState] = useState<Draft | undefined>(() => keptDraft(place, recordKey));
  const [chosen, setChosen] = useState<ByteMode>();
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLElement>(null);
  const value = record?.value;
  const kind = useMemo(() => byteKind(value ?? new Uint8Array()), [value]);
  const modes = modesOf(kind);
  const mode = chosen !== undefined && modes.includes(chosen) ? chosen : (modes[0] as ByteMode);
  const asJson = draft ? draft.asJson : mode === 'json';
  const editable = editableText(kind.text, asJson ? kind.json : undefined);

  const setDraft = (next: Draft | undefined): void => {
    setDraftState(next);
    keepDraft(place, recordKey, next);
  };
  const startEdit = (): void => {
    if (draft || !record) return;
    const first = editableText(kind.text, mode === 'json' ? kind.json : undefined);
    if (!first) return;
    setDraft({ revision: record.info.revision, text: first.text, asJson: mode === 'json', life: undefined });
  };
  useImperativeHandle(ref, () => ({
    focus: () => box.current?.querySelector<HTMLElement>('textarea, [role="group"][tabindex="0"], button')?.focus(),
    edit: startEdit,
  }));

  if (status === 'failed' || !record)
    return <MissingRecord place={place} recordKey={recordKey} state={state} onReload={onReload} onCreate={onCreate} />;

  const { info } = record;
  const isGone = status === 'absent';
  const conflicting = draft !== undefined && (isGone || draft.revision !== info.revision);

  /** Stores bytes over the record as it is known; `revision` undefined: as a new one. */
  const store = async (bytes: Uint8Array, life: string | undefined, revision: number | undefined): Promise<void> => {
    setBusy(true);
    try {
      const ttlMs = life === undefined ? (isGone ? 0 : (leftOf(info, Date.now()) ?? 0)) : (parseSpan(life) ?? 0);
      const saved = await writeRecord(
        place,
        recordKey,
        { value: bytes, ttlMs, metadata: info.metadata },
        revision === undefined ? { case: 'absent', value: true } : { case: 'revision', value: revision },
      );
      setDraft(undefined);
      offerUndoOfSave(place, revision === undefined ? undefined : record, recordKey, saved);
      onReload();
    } catch (problem) {
      // What somebody else wrote is fetched and shown beside the draft.
      if (isConflict(problem)) onReload();
      else
        await attempt(`“${recordKey}” could not be saved`, async () => {
          throw problem;
        });
    } finally {
      setBusy(false);
    }
  };
  const saveDraft = (over: boolean): void => {
    if (!draft) return;
    const revision = over ? (isGone ? undefined : info.revision) : draft.revision;
    // What is stored by now may be no text: then the draft is written as it stands.
    const bytes = editable?.toBytes(draft.text) ?? new TextEncoder().encode(draft.text);
    void store(bytes, draft.life, revision);
  };
  const replaceBy = async (file: File): Promise<void> => {
    await attempt(`${file.name} could not be read`, async () => {
      await store(new Uint8Array(await file.arrayBuffer()), undefined, isGone ? undefined : info.revision);
    });
  };
  return (
    <section
      ref={box}
      className={classes.record}
      aria-label={`Record ${recordKey}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || draft || event.defaultPrevented) return;
        event.preventDefault();
        onLeave();
      }}
    >
      <RecordFacts
        recordKey={recordKey}
        info={info}
        isFixed={isGone || draft !== undefined}
        onLife={async (life) => store(record.value, life, info.revision)}
      />
      {isGone && !draft ? (
        <div className={classes.banner} role="status">
          <IconAlertTriangle size={14} aria-hidden="true" />
          <span>This record is not there any more. What you see is its last value.</span>
          <Button onClick={() => void store(record.value, undefined, undefined)}>Write it again</Button>
        </div>
      ) : null}
      <div className={classes.parts} role="toolbar" aria-label="Value">
        {modes.map((each) => (
          <Chip
            key={each}
            pressed={each === (draft ? (draft.asJson ? 'json' : 'text') : mode)}
            disabled={draft !== undefined}
            onClick={() => setChosen(each)}
          >
            {modeNames[each]}
          </Chip>
        ))}
        <span className={classes.grow} />
        {draft ? null : (
          <RecordTools
            canCopy={kind.text !== undefined}
            canEdit={editable !== undefined && !isGone}
            isGone={isGone}
            onCopy={() => copyText(kind.text ?? '', 'Value')}
            onDownload={() => downloadValue(recordKey, record.value)}
            onReplace={(file) => void replaceBy(file)}
            onDelete={() => onDelete(record)}
            onEdit={startEdit}
          />
        )}
      </div>
      {draft && conflicting ? (
        <ConflictView
          mine={draft.text}
          theirs={isGone ? undefined : ((draft.asJson ? kind.json : undefined) ?? kind.text)}
          busy={busy}
          onMine={() => saveDraft(true)}
          onTheirs={() => setDraft(undefined)}
        />
      ) : null}
      {draft ? (
        <RecordEditor
          draft={draft}
          busy={busy}
          expiresAt={info.expiresAt}
          canSave={!conflicting}
          onDraft={setDraft}
          onSave={() => saveDraft(false)}
          onCancel={() => setDraft(undefined)}
        />
      ) : (
        <ByteView bytes={record.value} kind={kind} mode={mode} label={`Value of ${recordKey}`} />
      )}
    </section>
  );
}
