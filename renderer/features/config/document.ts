/** Anything that JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The document that is meant when nobody says which, and that micro.yaml names values of. */
export const usualNamespace = 'micro';

/** What the server gives for a secret that nobody asked for. */
export const mask = '[secret]';

/** A document of the config as it was read. */
export interface ConfigDocument {
  readonly namespace: string;
  readonly value: { [key: string]: Json };
  readonly revision: number;
  /** Paths of the values that are secrets; in `value` they are {@link mask}. */
  readonly secrets: ReadonlySet<string>;
}

/** One change of a document; without a value what is there is taken out. */
export interface Edit {
  readonly path: string;
  readonly value: Json | undefined;
  readonly secret: boolean;
}

/** Whether a value is a level: it has names below it, not values in a list. */
export function isLevel(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path of a name below another. */
export function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** What stands at a path; undefined when nothing does. */
export function valueAt(value: Json, path: string): Json | undefined {
  let at: Json | undefined = value;
  for (const name of path === '' ? [] : path.split('.'))
    at = isLevel(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  return at;
}

/** A row of the tree. */
export interface TreeRow {
  readonly path: string;
  readonly name: string;
  /** From 1 on. */
  readonly depth: number;
  readonly isLevel: boolean;
  readonly isOpen: boolean;
  readonly isSecret: boolean;
  readonly value: Json;
  /** Names below a level. */
  readonly count: number;
  readonly position: number;
  readonly siblings: number;
}

/** The rows of the tree, by name within a level; `filter` keeps paths that contain it, and what leads to them, open. */
export function treeRows(document: ConfigDocument, closed: ReadonlySet<string>, filter: string): TreeRow[] {
  const rows: TreeRow[] = [];
  const needle = filter.toLowerCase();
  const walk = (level: { [key: string]: Json }, path: string, depth: number): void => {
    const shown = Object.entries(level)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .filter(([name, value]) => needle === '' || matches(value, below(path, name), needle));
    for (const [index, [name, value]] of shown.entries()) {
      const at = below(path, name);
      const level = isLevel(value);
      const isOpen = level && (needle !== '' || !closed.has(at));
      rows.push({
        path: at,
        name,
        depth,
        isLevel: level,
        isOpen,
        isSecret: document.secrets.has(at),
        value,
        count: level ? Object.keys(value).length : 0,
        position: index + 1,
        siblings: shown.length,
      });
      if (level && isOpen) walk(value, at, depth + 1);
    }
  };
  walk(document.value, '', 1);
  return rows;
}

function matches(value: Json, path: string, needle: string): boolean {
  if (path.toLowerCase().includes(needle)) return true;
  return isLevel(value) && Object.entries(value).some(([name, inner]) => matches(inner, below(path, name), needle));
}

/** Values by their paths; a level without anything in it counts as a value. */
export function leaves(value: Json, path = '', found = new Map<string, Json>()): Map<string, Json> {
  if (isLevel(value) && (path === '' || Object.keys(value).length > 0))
    for (const [name, inner] of Object.entries(value)) leaves(inner, below(path, name), found);
  else found.set(path, value);
  return found;
}

/**
 * The changes that make one document of another, value by value, what is taken out first. A secret that still reads as the
 * mask stays as it is; one with another text is set anew, and stays a secret.
 */
export function editsBetween(before: ConfigDocument, after: { [key: string]: Json }): Edit[] {
  const old = leaves(before.value);
  const now = leaves(after);
  const removed = [...old.keys()].filter((path) => !now.has(path));
  const changed = [...now].filter(([path, value]) => JSON.stringify(old.get(path)) !== JSON.stringify(value));
  return [
    ...removed.map((path) => ({ path, value: undefined, secret: false })),
    ...changed.map(([path, value]) => ({ path, value, secret: before.secrets.has(path) })),
  ];
}

/** What is different, as it is shown: JSON of both sides, undefined where nothing is. */
export interface ShownDifference {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What edits would change, secrets masked. */
export function differencesOf(document: ConfigDocument, edits: readonly Edit[]): ShownDifference[] {
  return edits.map(({ path, value, secret }) => {
    const old = valueAt(document.value, path);
    return {
      path,
      before: old === undefined ? undefined : document.secrets.has(path) ? mask : JSON.stringify(old),
      after: value === undefined ? undefined : secret ? mask : JSON.stringify(value),
    };
  });
}

/** What is wrong with a path; undefined when nothing is. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'Write a path such as database.pool.size';
  const bad = path.split('.').find((name) => name === '' || name !== name.trim() || name === '__proto__');
  if (bad === undefined) return undefined;
  return bad === '' ? 'Each dot stands between two names' : `“${bad}” cannot be a name`;
}

/** A typed value: JSON when it is JSON, else the text itself. */
export function readTyped(text: string): { value: Json; sort: string } {
  try {
    const value = JSON.parse(text) as Json;
    return { value, sort: sortOf(value) };
  } catch {
    return { value: text, sort: 'text' };
  }
}

/** The word for what a value is. */
export function sortOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value === 'object') return `level of ${Object.keys(value).length}`;
  return { string: 'text', number: 'number', boolean: 'yes or no' }[typeof value as 'string' | 'number' | 'boolean'];
}
