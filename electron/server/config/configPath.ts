import { MicroError } from '../../../shared/contract/errors.ts';

/** Levels of a path, and characters of one of them; both far beyond what a person writes. */
const MAX_DEPTH = 32;
const MAX_SEGMENT = 128;
/** Names of one level: no dot, which divides levels, and nothing that cannot be seen. */
const SEGMENT = /^[^.\p{Cc}\p{Zl}\p{Zp}]+$/u;

/** Levels of a dotted path, `db.pool.size`; empty for the whole document. Refuses levels without a name. */
export function parsePath(path: string): string[] {
  if (path === '') return [];
  const segments = path.split('.');
  const bad = segments.find((segment) => !isSegment(segment));
  if (bad !== undefined)
    throw invalid(path, bad === '' ? 'has a level without a name' : `has the level ${JSON.stringify(bad)}`);
  if (segments.length > MAX_DEPTH) throw invalid(path, `has ${segments.length} levels; there are at most ${MAX_DEPTH}`);
  return segments;
}

/** The dotted path of some levels. */
export function formatPath(segments: readonly string[]): string {
  return segments.join('.');
}

/** Whether a text can be the name of one level. */
export function isSegment(text: string): boolean {
  // Whoever reads a document into an object must not change what all objects have.
  return text.length <= MAX_SEGMENT && text !== '__proto__' && text === text.trim() && SEGMENT.test(text);
}

function invalid(path: string, why: string): MicroError {
  return new MicroError('config.invalid-path', `the path ${JSON.stringify(path)} ${why}`, {
    next: 'Write levels of names divided by dots, e.g. database.pool.size.',
  });
}
