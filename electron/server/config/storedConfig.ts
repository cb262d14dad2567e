import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import {
  type ChangedDocument,
  type Config,
  type ConfigChange,
  type ConfigCondition,
  type ConfigDifference,
  type ConfigDocument,
  type ConfigEdit,
  MASK,
} from './config.ts';
import { encodeTree } from './configCodec.ts';
import { hidePlainValues, MAX_HISTORY, readHistory, treeAt } from './configHistory.ts';
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
import { DOCUMENTS, documentKey, historyKey, namespaceOfKey } from './documentKeys.ts';
import { type DocumentStore, documentText, readDocument, type StoredDocument } from './documentStore.ts';
import { secretPaths } from './historySecrets.ts';
import { leafMaker, openLeaf } from './leaves.ts';
import type { SecretBox } from './secretBox.ts';

/** Attempts of a change whose document others changed meanwhile; each loss means that somebody else got through. */
const MAX_ATTEMPTS = 50;

/** A {@link Config} in a document store. The box is asked for when the first secret is met. */
export class StoredConfig implements Config {
  private readonly changes = new Emitter<ChangedDocument>();
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
    if (box) await hidePlainValues(this.store, namespace);
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
    if (box) await hidePlainValues(this.store, namespace);
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

  history(namespace: string, options: { path?: string; limit?: number } = {}): Promise<ConfigChange[]> {
    return readHistory(this.store, namespace, options);
  }

  async diff(namespace: string, from: number, to: number): Promise<ConfigDifference[]> {
    const before = from === 0 ? emptyBranch : await treeAt(this.store, namespace, from);
    const after = to === 0 ? (await this.document(namespace)).root : await treeAt(this.store, namespace, to);
    return differences(before, after);
  }

  async rollBack(namespace: string, revision: number, condition: ConfigCondition = {}): Promise<number> {
    const root = await treeAt(this.store, namespace, revision);
    return this.change(namespace, `roll back to ${revision}`, '', async () => root, condition);
  }

  async namespaces(): Promise<string[]> {
    const keys = await this.store.keys(DOCUMENTS, { reverse: false, limit: 0 });
    return keys.flatMap((key) => namespaceOfKey(key) ?? []);
  }

  /** Another server may have written this document: tells of it unless it is known. */
  async handleStored(namespace: string): Promise<void> {
    const { revision } = await this.document(namespace);
    const known = this.told.get(namespace) ?? -1;
    if (known >= revision) return;
    const newer = (await this.history(namespace)).filter((change) => change.revision > known);
    this.tell(namespace, revision, newer.flatMap(pathsOf));
  }

  private tell(namespace: string, revision: number, paths: readonly string[]): void {
    if ((this.told.get(namespace) ?? -1) >= revision) return;
    this.told.set(namespace, revision);
    this.changes.fire({ namespace, revision, paths });
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
      const change: ConfigChange = { revision: number, at: this.clock.now(), action, path, differences: different };
      const old = historyKey(namespace, number - MAX_HISTORY);
      const written = await this.store.write(
        [
          { key: documentKey(namespace), text: documentText(changed, number) },
          { key: historyKey(namespace, number), text: JSON.stringify({ change, tree: encodeTree(changed) }) },
          ...(number > MAX_HISTORY ? [{ key: old, text: undefined }] : []),
        ],
        stored,
      );
      if (!written) continue;
      this.tell(namespace, number, pathsOf(change));
      return number;
    }
    throw new MicroError('config.busy', `the document ${namespace} is changed by others all the time`, {
      next: 'Try again.',
      retryable: true,
    });
  }

  private document(namespace: string): Promise<StoredDocument> {
    return readDocument(this.store, namespace);
  }
}

function conflict(namespace: string, revision: number, expected: number): MicroError {
  return new MicroError('config.conflict', `the document ${namespace} is at revision ${revision}, not ${expected}`, {
    next: 'Read it again and decide anew.',
    retryable: true,
    details: { namespace, revision },
  });
}

/** Paths of the values that a change made others. */
function pathsOf({ differences: those }: ConfigChange): string[] {
  return those.map(({ path }) => path);
}
