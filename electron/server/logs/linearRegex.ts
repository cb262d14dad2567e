import v8 from 'node:v8';
import { MicroError } from '../../../shared/contract/errors.ts';

/**
 * Backtracks after which V8 leaves its usual engine for the linear one. The usual engine is several times faster on
 * ordinary patterns and lines; this many backtracks take well under a millisecond.
 */
const BACKTRACKS_BEFORE_LINEAR = 20_000;

let linearEngine: boolean | undefined;

/** Turns V8's linear engine on, for this process; patterns compiled before keep the engine they have. */
function hasLinearEngine(): boolean {
  if (linearEngine === undefined) {
    v8.setFlagsFromString('--enable-experimental-regexp-engine');
    v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
    v8.setFlagsFromString(`--regexp-backtracks-before-fallback=${BACKTRACKS_BEFORE_LINEAR}`);
    try {
      new RegExp('a', 'l');
      linearEngine = true;
    } catch {
      linearEngine = false;
    }
  }
  return linearEngine;
}

/**
 * Compiles a pattern that cannot hang: it runs on V8's usual engine and, after too much backtracking, on V8's linear one.
 * The linear engine knows neither back-references, look-around, very large counts nor the flag `i`; the first three are
 * refused with `logs.bad-regex`, the last is done by writing each letter in both cases.
 */
export function linearRegex(source: string, options: { caseSensitive: boolean; global?: boolean }): RegExp {
  const flags = options.global ? 'gs' : 's';
  try {
    new RegExp(source, flags);
  } catch (error) {
    throw new MicroError('logs.bad-regex', `/${source}/ is no regular expression: ${reasonOf(error)}`, {
      next: 'Correct the pattern, or search for it as plain text.',
      cause: error,
    });
  }
  const pattern = options.caseSensitive ? source : bothCases(source);
  if (hasLinearEngine()) {
    try {
      new RegExp(pattern, 'sl');
    } catch (error) {
      throw new MicroError(
        'logs.bad-regex',
        `/${source}/ needs back-references, look-around or large counts, which a search over millions of lines does not offer`,
        { next: 'Write the pattern without them, or search for plain text.', cause: error },
      );
    }
  }
  return new RegExp(pattern, flags);
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.lastIndexOf(': ') + 1).trim();
}

/** A pattern for plain text: every character stands for itself. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** The pattern that matches what `source` matches with the flag `i` (simple case mapping of single UTF-16 units). */
export function bothCases(source: string): string {
  let out = '';
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    if (char === '\\') {
      const length = escapeLength(source, i);
      out += source.slice(i, i + length);
      i += length - 1;
    } else if (char === '(' && !inClass && source[i + 1] === '?') {
      const group = /^\(\?(?:<[^=!>][^>]*>|[:=!]|<[=!])/.exec(source.slice(i));
      out += group ? group[0] : char;
      if (group) i += group[0].length - 1;
    } else if (inClass) {
      if (char === ']') inClass = false;
      const to = source[i + 2];
      if (source[i + 1] === '-' && to !== undefined && to !== ']' && to !== '\\') {
        out += rangeInBothCases(char, to);
        i += 2;
      } else {
        out += char === ']' || char === '^' ? char : pair(char);
      }
    } else if (char === '[') {
      inClass = true;
      out += char;
    } else {
      const both = pair(char);
      out += both.length > 1 ? `[${both}]` : char;
    }
  }
  return out;
}

function escapeLength(source: string, at: number): number {
  const found = /^\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|k<[^>]*>|[\s\S])/.exec(source.slice(at, at + 80));
  return found ? found[0].length : 1;
}

function pair(char: string): string {
  const lower = char.toLowerCase();
  const upper = char.toUpperCase();
  if (lower === upper || lower.length !== 1 || upper.length !== 1) return char;
  return lower + upper;
}

/** A range of a class, and beside it the other case of each letter in it (ASCII and Latin letters; others as they are). */
function rangeInBothCases(from: string, to: string): string {
  let out = `${from}-${to}`;
  const first = from.charCodeAt(0);
  const last = to.charCodeAt(0);
  if (last - first > 2048) return out;
  for (let code = first; code <= last; code++) {
    const char = String.fromCharCode(code);
    const both = pair(char);
    if (both.length === 2) out += both[0] === char ? both[1] : both[0];
  }
  return out;
}
