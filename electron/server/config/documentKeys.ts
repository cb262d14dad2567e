import { MicroError } from '../../../shared/contract/errors.ts';

const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Of the keys of documents. */
export const DOCUMENTS = 'document/';

/** The key of the document of a namespace. */
export function documentKey(namespace: string): string {
  return `${DOCUMENTS}${namespace}`;
}

/** The namespace whose document has a key; undefined: it is no document's. */
export function namespaceOfKey(key: string): string | undefined {
  return key.startsWith(DOCUMENTS) ? key.slice(DOCUMENTS.length) : undefined;
}

/** How the keys of the history of a namespace begin. */
export function historyPrefix(namespace: string): string {
  return `history/${namespace}/`;
}

/** The key of one change. Numbers are written so that they sort as they count. */
export function historyKey(namespace: string, revision: number): string {
  return `${historyPrefix(namespace)}${String(revision).padStart(12, '0')}`;
}

/** Refuses what cannot be the name of a namespace. */
export function checkNamespace(namespace: string): void {
  if (NAMESPACE.test(namespace)) return;
  throw new MicroError('config.invalid-path', `namespace ${JSON.stringify(namespace.slice(0, 80))} is no name`, {
    next: 'A name is 1 to 64 letters, digits, dots, underscores and dashes, and begins with a letter or digit.',
  });
}
