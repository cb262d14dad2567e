import { toMicroError } from '../../../shared/contract/errors.ts';
import type { Difference } from '../../../shared/contract/gen/config_history_pb.ts';
import { touches } from '../../../shared/lib/configPaths.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { ask } from '../../state/questions.ts';
import { showToast } from '../../state/toasts.ts';
import { offerUndo } from '../../state/undo.ts';
import { type ConfigDocument, type Edit, type Json, leaves, type ShownDifference, valueAt } from './document.ts';
import { prepareFirstSecret } from './firstSecret.ts';

/** Times that a save is tried again when others change other parts of the document. */
const maxTries = 5;

/** Reads a document. */
export async function readDocument(namespace: string, signal?: AbortSignal): Promise<ConfigDocument> {
  const { data, revision, secrets } = await api().configHistory.read({ namespace }, signal ? { signal } : {});
  return { namespace, value: JSON.parse(data) as ConfigDocument['value'], revision, secrets: new Set(secrets) };
}

/** What became of a save: done, or held because others changed the same values. */
export type Saved =
  | { readonly status: 'saved' }
  | { readonly status: 'conflict'; readonly theirs: readonly ShownDifference[]; readonly revision: number };

/**
 * Makes changes to a document as it was read at `revision`. When others changed other values meanwhile, they go in on top
 * of theirs; when they changed the same ones, nothing is done and theirs are told. Offers an undo.
 */
export async function saveEdits(namespace: string, revision: number, edits: readonly Edit[]): Promise<Saved> {
  if (edits.some(({ secret }) => secret)) await prepareFirstSecret();
  let base = revision;
  for (let tries = 0; ; tries++) {
    try {
      const saved = await api().configHistory.edit({ namespace, edits: edits.map(toMessage), ifRevision: base });
      if (saved.revision !== base) offerUndoOf(namespace, saved.revision, titleOf(edits));
      return { status: 'saved' };
    } catch (error) {
      const { code, details } = toMicroError(error);
      if (code !== 'config.conflict' || tries === maxTries) throw error;
      const { differences } = await api().configHistory.diff({ namespace, from: revision, to: 0 });
      const theirs = differences.filter(({ path }) => edits.some((edit) => touches(edit.path, path)));
      const now = Number(details['revision']);
      if (theirs.length > 0) return { status: 'conflict', theirs: theirs.map(shown), revision: now };
      base = now;
    }
  }
}

/** Takes out what stands at a path; asks first when that is more than one value. */
export async function deletePath(document: ConfigDocument, path: string): Promise<void> {
  const count = leaves(valueAt(document.value, path) ?? null).size;
  if (count > 1) {
    const answer = await ask({
      title: `Delete ${path} with ${count} values?`,
      text: `From the config ${document.namespace}. It can be undone, and the history keeps it.`,
      answers: [{ id: 'delete', label: `Delete ${count}`, danger: true }],
    });
    if (answer !== 'delete') return;
  }
  await attempt(`${path} could not be deleted`, async () => {
    const saved = await saveEdits(document.namespace, document.revision, [{ path, value: undefined, secret: false }]);
    if (saved.status === 'conflict')
      throw new Error(`${path} was changed a moment ago; look at it and delete it again`);
  });
}

/** Sets the document to what it was at a revision, unless somebody changes it first. Offers an undo. */
export async function rollBackTo(document: ConfigDocument, revision: number): Promise<boolean> {
  const { namespace } = document;
  return attempt(`The config ${namespace} could not be rolled back`, async () => {
    const done = await api().configHistory.rollBack({ namespace, revision, ifRevision: document.revision });
    if (done.revision === document.revision) showToast({ tone: 'ok', title: 'It is the same already' });
    else offerUndoOf(namespace, done.revision, `Rolled back to revision ${revision}`);
  });
}

/** The plain text of a secret, as JSON. */
export async function revealSecret(namespace: string, path: string): Promise<string> {
  const { value } = await api().config.get({ namespace, path, options: { secret: true } });
  return value?.data ?? '';
}

/** Brings back the document of before `revision`, as long as nobody changed it after. */
function offerUndoOf(namespace: string, revision: number, title: string): void {
  offerUndo(title, async () => {
    if (revision > 1) await api().configHistory.rollBack({ namespace, revision: revision - 1, ifRevision: revision });
    else await api().configHistory.edit({ namespace, edits: [{ path: '' }], ifRevision: revision });
    showToast({ tone: 'ok', title: `The config ${namespace} is as it was` });
  });
}

function titleOf(edits: readonly Edit[]): string {
  const [first] = edits;
  if (edits.length !== 1 || !first) return `${edits.length} values changed`;
  return `${first.path} ${first.value === undefined ? 'deleted' : 'saved'}`;
}

function toMessage({ path, value, secret }: Edit): { path: string; value?: string; secret: boolean } {
  return { path, secret, ...(value === undefined ? {} : { value: JSON.stringify(value) }) };
}

/** A difference as the server tells it, as it is shown. */
export function shown({ path, before, after }: Pick<Difference, 'path' | 'before' | 'after'>): ShownDifference {
  const unquoted = (text: string | undefined): string | undefined => (text === '"[secret]"' ? '[secret]' : text);
  return { path, before: unquoted(before), after: unquoted(after) };
}

/** A value for a field: its JSON, in order. */
export function fieldText(value: Json | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}
