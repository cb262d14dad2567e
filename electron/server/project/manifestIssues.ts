import * as z from 'zod';
import { isMap, isPair, isScalar, type LineCounter, type Node, type Document } from 'yaml';
import type { ErrorCode } from '../../../shared/contract/errors.ts';
import { nearest } from './nearest.ts';

/** One thing that is wrong in micro.yaml, with its place (1-based). */
export interface ManifestProblem {
  code: ErrorCode;
  /** What is wrong, with the offending value; without the place. */
  text: string;
  next?: string;
  line: number;
  column: number;
  /** Name of the service it belongs to, when it does. */
  service?: string;
}

/** Finds lines and columns of a parsed document. */
export class ManifestPositions {
  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** Place of the value at `path`, or of the nearest parent that is there. */
  ofValue(path: readonly PropertyKey[]): { line: number; column: number } {
    for (let length = path.length; length > 0; length--) {
      const node = this.document.getIn(path.slice(0, length), true) as Node | undefined;
      if (node?.range) return this.at(node.range[0]);
    }
    return { line: 1, column: 1 };
  }

  /** Place of a key inside the map at `path`. */
  ofKey(path: readonly PropertyKey[], key: string): { line: number; column: number } {
    const map = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    if (isMap(map)) {
      for (const pair of map.items) {
        const node = isPair(pair) ? pair.key : undefined;
        if (isScalar(node) && String(node.value) === key && node.range) return this.at(node.range[0]);
      }
    }
    return this.ofValue(path);
  }

  private at(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

/** Says what zod found wrong, each thing once and at its place. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  data: unknown,
  schema: z.core.$ZodType,
  positions: ManifestPositions,
): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  const visit = (list: readonly z.core.$ZodIssue[], base: readonly PropertyKey[]): void => {
    for (const issue of list) {
      const path = [...base, ...issue.path];
      if (issue.code === 'invalid_union') {
        const branch = bestBranch(issue.errors as z.core.$ZodIssue[][], valueAt(data, path));
        if (branch) {
          visit(branch, path);
          continue;
        }
      }
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          const near = nearest(key, knownKeys(schema, path));
          problems.push({
            code: 'manifest.unknown-key',
            text: `${where(path)}unknown key "${key}"`,
            next: near ? `Did you mean "${near}"?` : `Known here: ${[...knownKeys(schema, path)].join(', ')}.`,
            ...positions.ofKey(path, key),
            ...serviceOf(path),
          });
        }
        continue;
      }
      const value = valueAt(data, path);
      problems.push({
        code: 'manifest.invalid',
        text: `${[...path].map(String).join('.') || 'micro.yaml'}: ${complaint(issue, value)}`,
        ...(issue.code === 'invalid_value' && typeof value === 'string' ? suggestion(value, issue.values) : {}),
        ...(issue.code === 'invalid_key'
          ? positions.ofKey(path.slice(0, -1), String(path.at(-1)))
          : positions.ofValue(path)),
        ...serviceOf(path),
      });
    }
  };
  visit(issues, []);
  return problems;
}

function suggestion(value: string, values: readonly unknown[]): { next?: string } {
  const near = nearest(value, values.map(String));
  return near ? { next: `Did you mean "${near}"?` } : {};
}

function where(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${path.map(String).join('.')}: `;
}

function serviceOf(path: readonly PropertyKey[]): { service?: string } {
  return path[0] === 'services' && path.length > 1 ? { service: String(path[1]) } : {};
}

/** The branch of a union that the author most likely meant: the one that takes a value of this kind. */
function bestBranch(branches: z.core.$ZodIssue[][], value: unknown): z.core.$ZodIssue[] | undefined {
  const wrongKind = (branch: z.core.$ZodIssue[]): boolean =>
    branch.some(
      (issue) => issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value'),
    );
  const fitting = branches.filter((branch) => !wrongKind(branch));
  if (fitting.length > 0) return fitting[0];
  // Nothing takes this kind of value; a choice of words can still say which words.
  return typeof value === 'string' ? branches.find((branch) => branch[0]?.code === 'invalid_value') : undefined;
}

function complaint(issue: z.core.$ZodIssue, value: unknown): string {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined
        ? `is missing (${kindName(issue.expected)} expected)`
        : `${shown} is not ${kindName(issue.expected)}`;
    case 'invalid_value':
      return `${shown} is none of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'must not be empty'
        : `${shown} is less than ${String(issue.minimum)}`;
    case 'too_big':
      return `${shown} is more than ${String(issue.maximum)}`;
    case 'invalid_format':
      return `${shown}: ${issue.message}`;
    case 'invalid_key':
      return `${issue.issues[0]?.message ?? 'this key is not allowed'}`;
    case 'invalid_union':
      return `${shown} is not allowed here`;
    default:
      return `${shown}: ${issue.message}`;
  }
}

function kindName(expected: string): string {
  const names: Record<string, string> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    record: 'a map',
    object: 'a map',
    array: 'a list',
  };
  return names[expected] ?? expected;
}

/** The value at a path of plain data; undefined where the path ends early. */
export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined | null)?.[key];
  return value;
}

/** Keys that the schema knows for the map at `path`. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): Set<string> {
  let current: z.core.$ZodType[] = [schema];
  for (const key of path) current = current.flatMap((each) => step(each, key));
  const keys = new Set<string>();
  for (const each of current.flatMap(unwrap)) {
    if (each instanceof z.ZodObject) for (const key of Object.keys(each.shape)) keys.add(key);
  }
  return keys;
}

function step(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType[] {
  return unwrap(schema).flatMap((each) => {
    if (each instanceof z.ZodObject) {
      const next = (each.shape as Record<PropertyKey, z.core.$ZodType>)[key];
      return next ? [next] : [];
    }
    if (each instanceof z.ZodRecord) return [each.valueType];
    if (each instanceof z.ZodArray) return [each.element];
    return [];
  });
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  return [schema];
}
