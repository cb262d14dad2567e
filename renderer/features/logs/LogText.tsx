import type { CSSProperties } from 'react';
import type { AnsiStyle } from './ansi.ts';
import type { DrawnLine } from './logRow.ts';
import classes from './Logs.module.css';
import type { MatchFinder } from './matches.ts';
import { cutPieces, type Piece, type TextRange } from './spans.ts';

function cssOf(style: AnsiStyle | undefined): CSSProperties | undefined {
  if (!style) return undefined;
  const fg = style.inverse ? (style.bg ?? 'var(--surface)') : style.fg;
  const bg = style.inverse ? (style.fg ?? 'var(--text)') : style.bg;
  const lines = [style.underline ? 'underline' : '', style.strike ? 'line-through' : ''].filter((line) => line !== '');
  return {
    ...(fg === undefined ? (style.dim ? { color: 'var(--text-2)' } : {}) : { color: fg }),
    ...(bg === undefined ? {} : { backgroundColor: bg }),
    ...(style.bold ? { fontWeight: 600 } : {}),
    ...(style.dim && fg !== undefined ? { opacity: 0.75 } : {}),
    ...(style.italic ? { fontStyle: 'italic' } : {}),
    ...(lines.length > 0 ? { textDecoration: lines.join(' ') } : {}),
  };
}

function className(piece: Piece): string | undefined {
  const names = [
    piece.matched ? classes.match : '',
    piece.selected ? classes.selectedText : '',
    piece.url === undefined ? '' : classes.link,
  ].filter((name) => name !== '' && name !== undefined);
  return names.length > 0 ? names.join(' ') : undefined;
}

/** The text of a line as pieces. Only text nodes and spans: whatever a line contains, it is never markup. */
export function LogText({
  line,
  finder,
  matches: foundByServer,
  selection,
}: {
  line: DrawnLine;
  finder: MatchFinder | undefined;
  /** Where the server matched; preferred, for it knows every pattern. */
  matches: readonly TextRange[] | undefined;
  selection: TextRange | undefined;
}) {
  const matches = foundByServer ?? finder?.(line.shown) ?? [];
  const pieces = cutPieces(line.shown.length, line.styles, line.links, matches, selection);
  return pieces.map((piece) => {
    const text = line.visible.slice(piece.start, piece.end);
    const style = cssOf(piece.style);
    const name = className(piece);
    if (style === undefined && name === undefined) return text;
    return (
      <span key={piece.start} className={name} style={style} data-url={piece.url}>
        {text}
      </span>
    );
  });
}
