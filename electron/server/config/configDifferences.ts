import { isDeepStrictEqual } from 'node:util';
import { type ConfigDifference, MASK } from './config.ts';
import { formatPath } from './configPath.ts';
import { type Branch, type Leaf, leavesOf } from './configTree.ts';

/**
 * What is different between two documents, value by value, in the order of their paths. A secret that was set anew counts
 * as changed, also to the same text: what is stored is another.
 */
export function differences(before: Branch, after: Branch): ConfigDifference[] {
  const old = valuesByPath(before);
  const now = valuesByPath(after);
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths
    .filter((path) => !isDeepStrictEqual(old.get(path), now.get(path)))
    .map((path) => ({ path, before: shown(old.get(path)), after: shown(now.get(path)) }));
}

function valuesByPath(root: Branch): Map<string, Leaf> {
  return new Map([...leavesOf(root)].map(({ path, leaf }) => [formatPath(path), leaf]));
}

function shown(leaf: Leaf | undefined): ConfigDifference['before'] {
  return leaf && (leaf.secret ? MASK : leaf.value);
}
