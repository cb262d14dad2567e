import type { Event } from '../base/event.ts';
import type { Json } from './configTree.ts';

/** What a value is read as where it is a secret and nobody asked for it. */
export const MASK = '[secret]';

/** One change of a document. */
export interface ConfigChange {
  /** Of the document after it; counts from 1. */
  revision: number;
  /** ms since 1970. */
  at: number;
  /** What was done, in words: `set`, `delete`, `roll back to 7`. */
  action: string;
  path: string;
  differences: ConfigDifference[];
}

/** A value that is not the same; secrets as {@link MASK}, undefined where nothing is. */
export interface ConfigDifference {
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** A document as it is. */
export interface ConfigDocument {
  /** Secrets as {@link MASK}. */
  value: { [key: string]: Json };
  /** 0: nobody wrote to it yet. */
  revision: number;
  /** Paths of the values that are secrets. */
  secrets: string[];
}

/** One of several changes that are made together. */
export interface ConfigEdit {
  path: string;
  /** Takes the place of what is there, a map too; undefined takes out what is there. */
  value: Json | undefined;
  /** Every value in it is kept encrypted. */
  secret?: boolean;
}

/** Under which condition a document is changed. */
export interface ConfigCondition {
  /** `config.conflict` when the document is at another. */
  revision?: number | undefined;
}

/** Which document is not as it was. */
export interface ChangedDocument {
  namespace: string;
  revision: number;
  /** Of the values that are others now, secrets among them. */
  paths: readonly string[];
}

/** Values by dotted paths, one document for each namespace, with its history. */
export interface Config {
  /** After a document was changed: which one, with its revision. */
  readonly onDidChange: Event<ChangedDocument>;
  /**
   * The value at a path: a bare one, or a map for a level; the whole document for ''. Secrets are read as {@link MASK}
   * unless `secrets` is true. Undefined: nothing is there.
   */
  get(namespace: string, path: string, options?: { secrets?: boolean }): Promise<Json | undefined>;
  /**
   * Sets a value: a map is merged into what is there, level by level; anything else takes its place. With `secret` every
   * value in it is kept encrypted. Resolves with the revision of the document, also when nothing is different.
   */
  set(namespace: string, path: string, value: Json, options?: { secret?: boolean }): Promise<number>;
  /** Takes out a value or a level; `config.not-found` when nothing is there. */
  delete(namespace: string, path: string): Promise<number>;
  /** The document with its revision, as one state. */
  read(namespace: string): Promise<ConfigDocument>;
  /** Makes all changes in one step, or none. Resolves with the revision of the document. */
  edit(namespace: string, edits: readonly ConfigEdit[], condition?: ConfigCondition): Promise<number>;
  /** Changes, newest first; at most `limit`, only those that touched `path` or what is below it. */
  history(namespace: string, options?: { path?: string; limit?: number }): Promise<ConfigChange[]>;
  /** What is different between two revisions; 0 is the empty document as `from`, the one of now as `to`. */
  diff(namespace: string, from: number, to: number): Promise<ConfigDifference[]>;
  /** Sets the document to what it was at a revision; a change like any other. */
  rollBack(namespace: string, revision: number, condition?: ConfigCondition): Promise<number>;
  /** Namespaces that have a document, in order. */
  namespaces(): Promise<string[]>;
}
