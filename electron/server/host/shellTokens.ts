/** A piece of a shell command. `text` of a word is without its quotes; `start` is its place in the source. */
export type ShellToken =
  | {
      type: 'word';
      text: string;
      start: number;
      /** Some part of it is quoted, so it is no reserved word. */
      quoted: boolean;
      /** A shell would replace part of it: variable, command, glob, home folder. */
      expands: boolean;
      /** `NAME=…`, which sets a variable when it stands before the command. */
      assignment: boolean;
    }
  /** `;`, `&&`, `||` or a line end: what follows runs after what stands before. */
  | { type: 'list'; text: string; start: number }
  /** `>`, `2>>` and so on; the next word is its target. */
  | { type: 'redirect'; text: string; start: number }
  /** Pipes, background, groups, here documents, comments. */
  | { type: 'other'; text: string; start: number };

/** Reads a command line by the rules of the POSIX shell (2.2 Quoting, 2.3 Token Recognition). */
export function scanPosix(source: string): { tokens: ShellToken[]; unclosed: string | undefined } {
  const tokens: ShellToken[] = [];
  let i = 0;
  while (i < source.length) {
    const c = source[i] as string;
    if (c === ' ' || c === '\t' || c === '\r') {
      i++;
      continue;
    }
    if (c === '\\' && source[i + 1] === '\n') {
      i += 2;
      continue;
    }
    const operator = /^(?:&&|\|\||;;|;|\n)|^\d*(?:<<<|<<-|<<|<&|<>|>>|>&|>\||<|>)|^(?:&>|&|\||\(|\)|#)/.exec(
      source.slice(i, i + 24),
    );
    if (operator) {
      const text = operator[0];
      tokens.push({ type: operatorType(text), text, start: i });
      // A comment runs to the end of the line and is never a command.
      if (text === '#') {
        const end = source.indexOf('\n', i);
        i = end < 0 ? source.length : end;
      } else i += text.length;
      continue;
    }
    const word = scanWord(source, i);
    if (word.unclosed) return { tokens, unclosed: word.unclosed };
    tokens.push(word.token);
    i = word.end;
  }
  return { tokens, unclosed: undefined };
}

function operatorType(text: string): 'list' | 'redirect' | 'other' {
  if (text === ';' || text === '\n' || text === '&&' || text === '||') return 'list';
  if (/[<>]/.test(text) && !text.includes('<<') && !text.startsWith('&')) return 'redirect';
  return 'other';
}

function scanWord(source: string, start: number): { token: ShellToken; end: number; unclosed?: string } {
  let text = '';
  let quoted = false;
  let expands = false;
  let i = start;
  const done = (unclosed?: string): { token: ShellToken; end: number; unclosed?: string } => {
    const assignment = /^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(source.slice(start, i));
    const token: ShellToken = { type: 'word', text, start, quoted, expands, assignment };
    return unclosed ? { token, end: i, unclosed } : { token, end: i };
  };
  if (source[i] === '~') expands = true;
  while (i < source.length) {
    const c = source[i] as string;
    if (/[\s;&|<>()]/.test(c)) break;
    if (c === "'") {
      const end = source.indexOf("'", i + 1);
      if (end < 0) return done("'");
      text += source.slice(i + 1, end);
      quoted = true;
      i = end + 1;
    } else if (c === '"') {
      quoted = true;
      i++;
      while (i < source.length && source[i] !== '"') {
        const d = source[i] as string;
        if (d === '\\' && '$`"\\\n'.includes(source[i + 1] ?? '?')) {
          if (source[i + 1] !== '\n') text += source[i + 1];
          i += 2;
          continue;
        }
        if (d === '$' || d === '`') expands = true;
        const end = expansionEnd(source, i);
        text += source.slice(i, end);
        i = end;
      }
      if (i >= source.length) return done('"');
      i++;
    } else if (c === '\\') {
      if (i + 1 >= source.length) text += '\\';
      else if (source[i + 1] !== '\n') text += source[i + 1];
      quoted = true;
      i += 2;
    } else {
      if ('$`*?['.includes(c)) expands = true;
      const end = expansionEnd(source, i);
      text += source.slice(i, end);
      i = end;
    }
  }
  i = Math.min(i, source.length);
  return done();
}

/** Closing character of each opening one that nests inside an expansion. */
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}' };

/**
 * Where the expansion that begins at `start` ends: `$(…)`, `${…}` or backquotes, whatever stands inside; anything else
 * is one character. An expansion that is not closed runs to the end, and the shell complains about it.
 */
function expansionEnd(source: string, start: number): number {
  if (source[start] === '`') {
    let i = start + 1;
    while (i < source.length && source[i] !== '`') i += source[i] === '\\' ? 2 : 1;
    return Math.min(i + 1, source.length);
  }
  if (source[start] !== '$' || !CLOSING[source[start + 1] ?? '']) return start + 1;
  const open: string[] = [];
  for (let i = start + 1; i < source.length; i++) {
    const c = source[i] as string;
    if (c === '\\') i++;
    else if (c === "'") {
      const end = source.indexOf("'", i + 1);
      if (end < 0) return source.length;
      i = end;
    } else if (c === '"') {
      if (open.at(-1) === '"') open.pop();
      else open.push('"');
    } else if (CLOSING[c] && open.at(-1) !== '"') open.push(CLOSING[c] as string);
    else if (c === open.at(-1)) {
      open.pop();
      if (open.length === 0) return i + 1;
    } else if (c === '$' && CLOSING[source[i + 1] ?? ''] && open.at(-1) === '"') {
      i = expansionEnd(source, i) - 1;
    }
  }
  return source.length;
}
