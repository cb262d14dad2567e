import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import {
  type Config,
  type ConfigChange,
  type ConfigCondition,
  type ConfigDifference,
  type ConfigDocument,
  type ConfigEdit,
  MASK,
} from './config.ts';
import { decodeTree, encodeTree } from './configCodec.ts';
import { differences } from './configDifferences.ts';
import { parsePath } from './configPath.ts';
import {
  type Branch,
  emptyBranch,
  isBranch,
  isMap,
  type Json,
  partAt,
  toJson,
  withoutPath,
  withValue,
} from './configTree.ts';
import { type HistoryEntry, secretPaths, withoutPlainValues } from './historySecrets.ts';
import { leafMaker, openLeaf } from './leaves.ts';
import type { SecretBox } from './secretBox.ts';

/** Changes of a document that are kept; older ones go when newer ones come. */
const MAX_HISTORY = 500;
/** Attempts of a change whose document others changed meanwhile; each loss means that somebody else got through. */
const MAX_ATTEMPTS = 50;
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What a config keeps its documents in: texts by key, written together under a condition. */
export interface DocumentStore {
  read(key: string): Promise<{ text: string; revision: number } | undefined>;
  /** Writes all or nothing; false when the first key is not at `revision` any more (undefined: not there). */
  write(entries: readonly { key: string; text: string | undefined }[], revision: number | undefined): Promise<boolean>;
  keys(prefix: string, options: { reverse: boolean; limit: number }): Promise<string[]>;
}

interface Document {
  root: Branch;
  /** Of the document, counting its changes. */
  revision: number;
  /** Of the record that it was read from. */
  stored: number | undefined;
}

/** A {@link Config} in a document store. The box is asked for when the first secret is met. */
export class StoredConfig implements Config {
  private readonly changes = new Emitter<{ namespace: string; revision: number }>();
  readonly onDidChange = this.changes.event;

  /** Revisions of documents that were told, by namespace. */
  private readonly told = new Map<string, number>();

  constructor(
    private readonly store: DocumentStore,
    private readonly secretBox: () => Promise<SecretBox>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async get(namespace: string, path: string, options: { secrets?: boolean } = {}): Promise<Json | undefined> {
    const segments = parsePath(path);
    const { root } = await this.document(namespace);
    const part = partAt(root, segments);
    if (part === undefined || (isBranch(part) && part.size === 0 && segments.length === 0)) return undefined;
    if (!options.secrets) return toJson(part, segments, () => MASK);
    const box = await this.secretBox();
    return toJson(part, segments, (leaf, at) => openLeaf(box, namespace, leaf, at));
  }

  async set(namespace: string, path: string, value: Json, options: { secret?: boolean } = {}): Promise<number> {
    const segments = parsePath(path);
    const box = options.secret ? await this.secretBox() : undefined;
    const leafOf = leafMaker(namespace, box);
    const revision = await this.change(namespace, 'set', path, async (root) =>
      withValue(root, segments, value, leafOf),
    );
    if (box) await this.hidePlainValues(namespace);
    return revision;
  }

  async read(namespace: string): Promise<ConfigDocument> {
    const { root, revision } = await this.document(namespace);
    const value = toJson(root, [], () => MASK) as ConfigDocument['value'];
    return { value, revision, secrets: [...secretPaths(root)] };
  }

  async edit(namespace: string, edits: readonly ConfigEdit[], condition: ConfigCondition = {}): Promise<number> {
    const box = edits.some(({ secret }) => secret) ? await this.secretBox() : undefined;
    const words = edits.every(({ value }) => value === undefined) ? 'delete' : 'set';
    const path = edits.length === 1 ? (edits[0]?.path ?? '') : '';
    const step = async (before: Branch): Promise<Branch> => {
      let root = before;
      for (const edit of edits) {
        const segments = parsePath(edit.path);
        // A map would be merged into what is there; here it takes its place.
        if (edit.value === undefined || isMap(edit.value)) root = withoutPath(root, segments);
        if (edit.value === undefined) continue;
        root = withValue(root, segments, edit.value, leafMaker(namespace, edit.secret ? box : undefined));
      }
      return root;
    };
    const revision = await this.change(namespace, words, path, step, condition);
    if (box) await this.hidePlainValues(namespace);
    return revision;
  }

  async delete(namespace: string, path: string): Promise<number> {
    const segments = parsePath(path);
    return this.change(namespace, 'delete', path, async (root) => {
      if (root.size === 0 || partAt(root, segments) === undefined)
        throw new MicroError('config.not-found', `nothing is at ${path === '' ? 'the root' : path}`, {
          next: 'See what is there with: micro config get ""',
        });
      return withoutPath(root, segments);
    });
  }

  async history(namespace: string, options: { path?: string; limit?: number } = {}): Promise<ConfigChange[]> {
    const path = options.path ?? '';
    parsePath(path);
    checkNamespace(namespace);
    const limit = options.limit ?? MAX_HISTORY;
    const found: ConfigChange[] = [];
    for (const key of await this.store.keys(historyPrefix(namespace), { reverse: true, limit: MAX_HISTORY })) {
      const entry = await this.store.read(key);
      if (!entry) continue;
      const { change } = JSON.parse(entry.text) as HistoryEntry;
      if (path !== '' && !change.differences.some((each) => touches(each.path, path))) continue;
      found.push(change);
      if (found.length === limit) break;
    }
    return found;
  }

  async diff(namespace: string, from: number, to: number): Promise<ConfigDifference[]> {
    const before = from === 0 ? emptyBranch : await this.treeAt(namespace, from);
    const after = to === 0 ? (await this.document(namespace)).root : await this.treeAt(namespace, to);
    return differences(before, after);
  }

  async rollBack(namespace: string, revision: number, condition: ConfigCondition = {}): Promise<number> {
    const root = await this.treeAt(namespace, revision);
    return this.change(namespace, `roll back to ${revision}`, '', async () => root, condition);
  }

  async namespaces(): Promise<string[]> {
    const keys = await this.store.keys('document/', { reverse: false, limit: 0 });
    return keys.flatMap((key) => namespaceOfKey(key) ?? []);
  }

  /** Another server may have written this document: tells of it unless it is known. */
  async handleStored(namespace: string): Promise<void> {
    this.tell(namespace, (await this.document(namespace)).revision);
  }

  private tell(namespace: string, revision: number): void {
    if ((this.told.get(namespace) ?? -1) >= revision) return;
    this.told.set(namespace, revision);
    this.changes.fire({ namespace, revision });
  }

  private async change(
    namespace: string,
    action: string,
    path: string,
    next: (root: Branch) => Promise<Branch>,
    condition: ConfigCondition = {},
  ): Promise<number> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { root, revision, stored } = await this.document(namespace);
      if (condition.revision !== undefined && condition.revision !== revision)
        throw conflict(namespace, revision, condition.revision);
      const changed = await next(root);
      const different = differences(root, changed);
      if (different.length === 0) return revision;
      const number = revision + 1;
      const tree = encodeTree(changed);
      const change: ConfigChange = { revision: number, at: this.clock.now(), action, path, differences: different };
      const old = historyKey(namespace, number - MAX_HISTORY);
      const written = await this.store.write(
        [
          { key: documentKey(namespace), text: JSON.stringify({ revision: number, tree }) },
          { key: historyKey(namespace, number), text: JSON.stringify({ change, tree }) },
          ...(number > MAX_HISTORY ? [{ key: old, text: undefined }] : []),
        ],
        stored,
      );
      if (!written) continue;
      this.tell(namespace, number);
      return number;
    }
    throw new MicroError('config.busy', `the document ${namespace} is changed by others all the time`, {
      next: 'Try again.',
      retryable: true,
    });
  }

  /** Takes out of the history what stood in the clear where secrets are now. */
  private async hidePlainValues(namespace: string): Promise<void> {
    const secrets = secretPaths((await this.document(namespace)).root);
    for (const key of await this.store.keys(historyPrefix(namespace), { reverse: false, limit: 0 })) {
      const entry = await this.store.read(key);
      const hidden = entry && withoutPlainValues(JSON.parse(entry.text) as HistoryEntry, secrets);
      if (hidden) await this.store.write([{ key, text: JSON.stringify(hidden) }], entry.revision);
    }
  }

  private async treeAt(namespace: string, revision: number): Promise<Branch> {
    checkNamespace(namespace);
    const entry = await this.store.read(historyKey(namespace, revision));
    if (!entry)
      throw new MicroError('config.not-found', `revision ${revision} of ${namespace} is not kept`, {
        next: 'See which are with: micro config history',
      });
    return decodeTree((JSON.parse(entry.text) as HistoryEntry).tree);
  }

  private async document(namespace: string): Promise<Document> {
    checkNamespace(namespace);
    const entry = await this.store.read(documentKey(namespace));
    if (!entry) return { root: emptyBranch, revision: 0, stored: undefined };
    const { revision, tree } = JSON.parse(entry.text) as { revision: number; tree: string };
    return { root: decodeTree(tree), revision, stored: entry.revision };
  }
}

function conflict(namespace: string, revision: number, expected: number): MicroError {
  return new MicroError('config.conflict', `the document ${namespace} is at revision ${revision}, not ${expected}`, {
    next: 'Read it again and decide anew.',
    retryable: true,
    details: { namespace, revision },
  });
}

/** Whether a difference at one path concerns another: they are the same, or one is above the other. */
function touches(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** The namespace whose document has a key; undefined: it is no document's. */
export function namespaceOfKey(key: string): string | undefined {
  return key.startsWith('document/') ? key.slice('document/'.length) : undefined;
}

function documentKey(namespace: string): string {
  return `document/${namespace}`;
}

function historyPrefix(namespace: string): string {
  return `history/${namespace}/`;
}

/** Numbers are written so that they sort as they count. */
function historyKey(namespace: string, revision: number): string {
  return `${historyPrefix(namespace)}${String(revision).padStart(12, '0')}`;
}

function checkNamespace(namespace: string): void {
  if (NAMESPACE.test(namespace)) return;
  throw new MicroError('config.invalid-path', `namespace ${JSON.stringify(namespace.slice(0, 80))} is no name`, {
    next: 'A name is 1 to 64 letters, digits, dots, underscores and dashes, and begins with a letter or digit.',
  });
}
