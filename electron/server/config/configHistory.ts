import { MicroError } from '../../../shared/contract/errors.ts';
import { touches } from '../../../shared/lib/configPaths.ts';
import type { ConfigChange } from './config.ts';
import { decodeTree } from './configCodec.ts';
import { parsePath } from './configPath.ts';
import type { Branch } from './configTree.ts';
import { checkNamespace, historyKey, historyPrefix } from './documentKeys.ts';
import { type DocumentStore, readDocument } from './documentStore.ts';
import { type HistoryEntry, secretPaths, withoutPlainValues } from './historySecrets.ts';

/** Changes of a document that are kept; older ones go when newer ones come. */
export const MAX_HISTORY = 500;

/** Changes of a document, newest first; only those that touched `path` or what is below it. */
export async function readHistory(
  store: DocumentStore,
  namespace: string,
  { path = '', limit = MAX_HISTORY }: { path?: string; limit?: number },
): Promise<ConfigChange[]> {
  parsePath(path);
  checkNamespace(namespace);
  const found: ConfigChange[] = [];
  for (const key of await store.keys(historyPrefix(namespace), { reverse: true, limit: MAX_HISTORY })) {
    const entry = await store.read(key);
    if (!entry) continue;
    const { change } = JSON.parse(entry.text) as HistoryEntry;
    if (path !== '' && !change.differences.some((each) => touches(each.path, path))) continue;
    found.push(change);
    if (found.length === limit) break;
  }
  return found;
}

/** The document as it was at a revision; `config.not-found` when that is not kept. */
export async function treeAt(store: DocumentStore, namespace: string, revision: number): Promise<Branch> {
  checkNamespace(namespace);
  const entry = await store.read(historyKey(namespace, revision));
  if (!entry)
    throw new MicroError('config.not-found', `revision ${revision} of ${namespace} is not kept`, {
      next: 'See which are with: micro config history',
    });
  return decodeTree((JSON.parse(entry.text) as HistoryEntry).tree);
}

/** Takes out of the history what stood in the clear where secrets are now. */
export async function hidePlainValues(store: DocumentStore, namespace: string): Promise<void> {
  const secrets = secretPaths((await readDocument(store, namespace)).root);
  for (const key of await store.keys(historyPrefix(namespace), { reverse: false, limit: 0 })) {
    const entry = await store.read(key);
    const hidden = entry && withoutPlainValues(JSON.parse(entry.text) as HistoryEntry, secrets);
    if (hidden) await store.write([{ key, text: JSON.stringify(hidden) }], entry.revision);
  }
}
