/**
 * Reads dotenv files. The rules are those of the package dotenv, against which a test holds them, but for what that one does to
 * passwords: it cuts `a#b` at the #, and leaves the \ of \" in a value and takes the n of \\n for a line end. It also knows no
 * lines, which every warning needs; so it is not what reads them here. docs/env-files.md tells users the same:
 *  - `NAME=value`, also with `export` in front and blanks around the =, or `NAME: value`; empty lines and lines that begin
 *    with # count for nothing;
 *  - without quotes: blanks at both ends are dropped; a # begins a comment only after a blank, so `a#b` keeps it;
 *  - in '…' and `…` everything is literal; in "…" \n, \r, \t, \", \\ and \$ are what they look like; all three may span lines;
 *  - `${NAME}` and `${NAME:-default}` are replaced in bare and "…" values, by names of the same file first, then of the
 *    environment so far. `$NAME` without braces is literal, because passwords and hashes contain it.
 *  - A byte order mark and CRLF line ends do not matter.
 */
export interface EnvFileEntry {
  name: string;
  value: string;
  /** 1-based. */
  line: number;
}

/** What is odd about a file, with its line. */
export interface EnvFileWarning {
  line: number;
  text: string;
}

/** The variables of a dotenv file in their order; a name that comes twice is there twice. */
export function parseEnvFile(
  source: string,
  lookup: (name: string) => string | undefined,
): { entries: EnvFileEntry[]; warnings: EnvFileWarning[] } {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const entries: EnvFileEntry[] = [];
  const warnings: EnvFileWarning[] = [];
  const own = new Map<string, string>();
  let position = 0;
  let line = 1;
  while (position < text.length) {
    const startLine = line;
    const lineEnd = endOfLine(text, position);
    const head = /^[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=[ \t]*|:[ \t]+)/.exec(text.slice(position, lineEnd));
    if (!head) {
      const rest = text.slice(position, lineEnd).trim();
      if (rest !== '' && !rest.startsWith('#'))
        warnings.push({ line, text: `this line is no NAME=value and was skipped` });
      position = lineEnd + 1;
      line++;
      continue;
    }
    const name = head[1] as string;
    const valueStart = position + head[0].length;
    const quote = text[valueStart];
    let raw: string;
    let isLiteral = false;
    let end = lineEnd;
    const close = quote === '"' || quote === "'" || quote === '`' ? closingQuote(text, valueStart, quote) : -1;
    if (close >= 0) {
      raw = text.slice(valueStart + 1, close);
      isLiteral = quote !== '"';
      if (!isLiteral) raw = unescape(raw);
      end = endOfLine(text, close);
    } else {
      raw = text
        .slice(valueStart, lineEnd)
        .replace(/(^|[ \t])#.*$/, '')
        .trim();
    }
    const value = isLiteral
      ? raw
      : expand(
          raw,
          (wanted) => own.get(wanted) ?? lookup(wanted),
          (missing, why, before) => {
            const text = `${name}: \${${missing}} is ${why} and became nothing`;
            warnings.push({ line: startLine + before, text });
          },
        );
    own.set(name, value);
    entries.push({ name, value, line: startLine });
    for (let i = position; i < end; i++) if (text[i] === '\n') line++;
    line++;
    position = end + 1;
  }
  return { entries, warnings };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Position of the quote that ends a value; -1 when it does not end or something else than a comment follows it. */
function closingQuote(text: string, start: number, quote: string): number {
  for (let i = start + 1; i < text.length; i++) {
    if (quote === '"' && text[i] === '\\') i++;
    else if (text[i] === quote) return /^[ \t]*(#.*)?$/.test(text.slice(i + 1, endOfLine(text, i))) ? i : -1;
  }
  return -1;
}

/** Stands for an escaped dollar sign while variables are replaced. */
const literalDollar = '\u0000';

/** Stands for a line end that was written as \n, so that the lines of the file can still be counted. */
const literalLine = '\u0001';

function unescape(text: string): string {
  return text.replace(/\\([nrt"\\$])/g, (_, char: string) => {
    const meaning: Record<string, string> = { n: literalLine, r: '\r', t: '\t', $: literalDollar };
    return meaning[char] ?? char;
  });
}

/** `onNothing` hears what became nothing, why, and how many lines of the value come before it. */
function expand(
  text: string,
  lookup: (name: string) => string | undefined,
  onNothing: (name: string, why: 'not set' | 'empty', linesBefore: number) => void,
): string {
  return text
    .replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (_, name: string, fallback: string | undefined, at: number) => {
      const value = lookup(name);
      if (value) return value;
      if (!fallback) {
        onNothing(name, value === undefined ? 'not set' : 'empty', text.slice(0, at).split('\n').length - 1);
      }
      return fallback ?? '';
    })
    .replaceAll(literalDollar, '$')
    .replaceAll(literalLine, '\n');
}
