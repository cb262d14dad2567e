import { MicroError } from '../../../shared/contract/errors.ts';
import { formatPath, isSegment } from './configPath.ts';

/** Anything that JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A value of the document. A list is a value; a map is none, its entries are. */
export interface Leaf {
  /** What is stored: the value, or of a secret what `SecretBox` made of it. */
  value: Json;
  secret: boolean;
}

/** A document: names to values or further levels. Never changed; what changes it makes another one. */
export type Branch = ReadonlyMap<string, Leaf | Branch>;

/** A document without anything in it. */
export const emptyBranch: Branch = new Map();

/** Whether a part of a document is a level, not a value. */
export function isBranch(part: Leaf | Branch): part is Branch {
  return part instanceof Map;
}

/** What stands at a path, or undefined. */
export function partAt(root: Branch, path: readonly string[]): Leaf | Branch | undefined {
  let part: Leaf | Branch | undefined = root;
  for (const segment of path) {
    if (!part || !isBranch(part)) return undefined;
    part = part.get(segment);
  }
  return part;
}

/**
 * The document with a value set at a path, by micro's rule: a map is merged into what is there, level by level; anything
 * else takes the place of what is there. `leafOf` makes the leaf of a value at its path.
 */
export function withValue(
  root: Branch,
  path: readonly string[],
  value: Json,
  leafOf: (value: Json, path: readonly string[]) => Leaf,
): Branch {
  if (path.length === 0 && !isMap(value))
    throw new MicroError('config.invalid-value', 'the whole document can only be a map', {
      next: 'Give a JSON object, or a path to set one value.',
    });
  return placed(root, path, 0, (old) => merged(old, value, path, leafOf));
}

/** The document without what stands at a path; levels that become empty go with it. The same one when nothing is there. */
export function withoutPath(root: Branch, path: readonly string[]): Branch {
  const [first, ...rest] = path;
  if (first === undefined) return emptyBranch;
  const part = root.get(first);
  if (part === undefined) return root;
  const next = new Map(root);
  if (rest.length === 0) next.delete(first);
  else {
    if (!isBranch(part)) return root;
    const inner = withoutPath(part, rest);
    if (inner === part) return root;
    if (inner.size === 0) next.delete(first);
    else next.set(first, inner);
  }
  return next;
}

/** Plain JSON of a part, its secrets by `open`. */
export function toJson(
  part: Leaf | Branch,
  path: readonly string[],
  open: (leaf: Leaf, path: readonly string[]) => Json,
): Json {
  if (!isBranch(part)) return part.secret ? open(part, path) : part.value;
  return Object.fromEntries([...part].map(([name, inner]) => [name, toJson(inner, [...path, name], open)]));
}

/** Every value with its path, in the order of the document. */
export function* leavesOf(part: Leaf | Branch, path: readonly string[] = []): Iterable<{ path: string[]; leaf: Leaf }> {
  if (!isBranch(part)) yield { path: [...path], leaf: part };
  else for (const [name, inner] of part) yield* leavesOf(inner, [...path, name]);
}

/** Whether a value is a map: neither list nor null. */
export function isMap(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function placed(
  part: Leaf | Branch | undefined,
  path: readonly string[],
  depth: number,
  make: (old: Leaf | Branch | undefined) => Leaf | Branch,
): Branch {
  const segment = path[depth];
  if (segment === undefined) return make(part) as Branch;
  const branch = part && isBranch(part) ? part : emptyBranch;
  const next = new Map(branch);
  const old = branch.get(segment);
  next.set(segment, depth === path.length - 1 ? make(old) : placed(old, path, depth + 1, make));
  return next;
}

function merged(
  old: Leaf | Branch | undefined,
  value: Json,
  path: readonly string[],
  leafOf: (value: Json, path: readonly string[]) => Leaf,
): Leaf | Branch {
  if (!isMap(value)) return leafOf(value, path);
  const next = new Map(old && isBranch(old) ? old : emptyBranch);
  for (const [name, inner] of Object.entries(value)) {
    const place = [...path, name];
    if (!isSegment(name))
      throw new MicroError(
        'config.invalid-path',
        `${formatPath(path) || 'the document'} cannot hold the name ${JSON.stringify(name)}`,
        {
          next: 'Names have no dot and no control character, and do not begin or end with a space.',
        },
      );
    next.set(name, merged(next.get(name), inner, place, leafOf));
  }
  return next;
}
