import { decodeTree, encodeTree } from './configCodec.ts';
import { type Branch, emptyBranch } from './configTree.ts';
import { checkNamespace, documentKey } from './documentKeys.ts';

/** What a config keeps its documents in: texts by key, written together under a condition. */
export interface DocumentStore {
  read(key: string): Promise<{ text: string; revision: number } | undefined>;
  /** Writes all or nothing; false when the first key is not at `revision` any more (undefined: not there). */
  write(entries: readonly { key: string; text: string | undefined }[], revision: number | undefined): Promise<boolean>;
  keys(prefix: string, options: { reverse: boolean; limit: number }): Promise<string[]>;
}

/** A document as it is stored. */
export interface StoredDocument {
  root: Branch;
  /** Of the document, counting its changes. */
  revision: number;
  /** Of the record that it was read from; undefined: nobody wrote to it yet. */
  stored: number | undefined;
}

/** The document of a namespace; an empty one where there is none. */
export async function readDocument(store: DocumentStore, namespace: string): Promise<StoredDocument> {
  checkNamespace(namespace);
  const entry = await store.read(documentKey(namespace));
  if (!entry) return { root: emptyBranch, revision: 0, stored: undefined };
  const { revision, tree } = JSON.parse(entry.text) as { revision: number; tree: string };
  return { root: decodeTree(tree), revision, stored: entry.revision };
}

/** What is stored of a document. */
export function documentText(root: Branch, revision: number): string {
  return JSON.stringify({ revision, tree: encodeTree(root) });
}
