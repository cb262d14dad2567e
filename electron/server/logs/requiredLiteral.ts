/**
 * The longest text that every match of a regular expression contains, or ''. Only what surely stands in each match counts:
 * plain ASCII characters outside of groups and classes, without a quantifier that allows none of them.
 */
export function requiredLiteral(source: string): string {
  let best = '';
  let run = '';
  const end = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let i = 0; i < source.length; i++) {
    let char = source[i] as string;
    let isLiteral = true;
    if (char === '|') return '';
    if (char === '(' || char === '[') {
      const close = char === '(' ? endOfGroup(source, i) : endOfClass(source, i);
      if (close < 0) return '';
      i = close;
      isLiteral = false;
    } else if (char === '\\') {
      i++;
      char = source[i] ?? '';
      // Escaped letters and digits mean something else than themselves.
      isLiteral = /^[^A-Za-z0-9]$/.test(char);
      // What they stand for is written behind them.
      if (/^[uxcpPk]$/.test(char)) return '';
    } else if ('.^$'.includes(char)) isLiteral = false;
    if (!isLiteral || char > '~' || char < ' ') end();
    const quantifier = /^(?:[*?]|\{\d*,?\d*\}|\+)/.exec(source.slice(i + 1, i + 24))?.[0] ?? '';
    const isOnce = quantifier === '';
    if (isLiteral && char <= '~' && char >= ' ' && (isOnce || quantifier === '+')) run += char;
    if (!isOnce) {
      end();
      i += quantifier.length;
      if (source[i + 1] === '?') i++;
    }
  }
  end();
  return best;
}

function endOfClass(source: string, from: number): number {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === ']') return i;
  }
  return -1;
}

function endOfGroup(source: string, from: number): number {
  let depth = 0;
  for (let i = from; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (char === '[') {
      i = endOfClass(source, i);
      if (i < 0) return -1;
    } else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return i;
  }
  return -1;
}
