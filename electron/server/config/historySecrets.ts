import { type ConfigChange, MASK } from './config.ts';
import { decodeTree, encodeTree } from './configCodec.ts';
import { formatPath } from './configPath.ts';
import { type Branch, leavesOf, withoutPath } from './configTree.ts';

/** What is kept of one change: the change itself, and the document after it as stored text. */
export interface HistoryEntry {
  change: ConfigChange;
  tree: string;
}

/** Paths of the values of a document that are secrets. */
export function secretPaths(root: Branch): Set<string> {
  return new Set([...leavesOf(root)].filter(({ leaf }) => leaf.secret).map(({ path }) => formatPath(path)));
}

/**
 * The entry without the plain values that stood where secrets are now: what is a secret today must not be read in the
 * history of yesterday. Undefined when there is none in it.
 */
export function withoutPlainValues(entry: HistoryEntry, secrets: ReadonlySet<string>): HistoryEntry | undefined {
  let root = decodeTree(entry.tree);
  let found = false;
  for (const { path, leaf } of [...leavesOf(root)]) {
    if (leaf.secret || !secrets.has(formatPath(path))) continue;
    root = withoutPath(root, path);
    found = true;
  }
  const differences = entry.change.differences.map((difference) => {
    const { path, before, after } = difference;
    if (!secrets.has(path) || [before, after].every((value) => value === undefined || value === MASK))
      return difference;
    found = true;
    return {
      path,
      before: before === undefined ? undefined : MASK,
      after: after === undefined ? undefined : MASK,
    };
  });
  return found ? { change: { ...entry.change, differences }, tree: encodeTree(root) } : undefined;
}
