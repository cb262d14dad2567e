/** What happened to a file. */
export type FileChangeKind = 'add' | 'change' | 'unlink';

/** What is watched, and how its changes arrive. */
export interface WatchSpec {
  /** Absolute folder; it and what is under it is watched. */
  root: string;
  /**
   * Whether a path (relative to root, `/` separated) never counts. A folder of which this is true is not even looked
   * into, and costs no watch.
   */
  isIgnored(relativePath: string, isFolder: boolean): boolean;
  /** One call for each file, with its absolute path; many at once when a branch is switched. */
  onChange(change: { path: string; kind: FileChangeKind }): void;
  /** A limit was met, or changes are looked for at intervals instead of told: a sentence for the user. */
  onProblem(text: string): void;
}
