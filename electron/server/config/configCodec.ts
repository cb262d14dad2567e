import * as z from 'zod';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type Branch, isBranch, type Json, type Leaf } from './configTree.ts';

/**
 * A document as it is stored: micro's wrapping of values, `{"leaf":true,"value":…,"secret":…}`, so that a level is told
 * from a value that looks like one.
 */
const leafSchema = z.object({ leaf: z.literal(true), value: z.json(), secret: z.boolean() });

/** The stored text of a document. */
export function encodeTree(root: Branch): string {
  return JSON.stringify(plain(root));
}

/** The document of a stored text. Throws `storage.corrupt` when it is none. */
export function decodeTree(text: string): Branch {
  try {
    return branchOf(JSON.parse(text) as unknown);
  } catch (error) {
    throw new MicroError('storage.corrupt', `a document of the config cannot be read: ${(error as Error).message}`, {
      next: 'Restore a snapshot of the store, or go back in the history of the document.',
      cause: error,
    });
  }
}

function plain(part: Leaf | Branch): unknown {
  if (!isBranch(part)) return { leaf: true, value: part.value, secret: part.secret };
  return Object.fromEntries([...part].map(([name, inner]) => [name, plain(inner)]));
}

function branchOf(value: unknown): Branch {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('a level is no map');
  return new Map(
    Object.entries(value).map(([name, inner]) => {
      const leaf = leafSchema.safeParse(inner);
      return [name, leaf.success ? { value: leaf.data.value as Json, secret: leaf.data.secret } : branchOf(inner)];
    }),
  );
}
