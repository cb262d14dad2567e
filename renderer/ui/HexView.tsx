import { type KeyboardEvent, useRef } from 'react';
import { bytesPerLine, hexLine } from './hexLine.ts';
import classes from './ByteView.module.css';
import { RowScrollbar } from './RowScrollbar.tsx';
import { useLongList } from './useLongList.ts';

/** px; the line height in the style sheet. */
const linePx = 18;

/** Bytes as hexadecimal numbers, of which only the lines in sight are drawn. */
export function HexView({ bytes, label }: { bytes: Uint8Array; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const lines = Math.ceil(bytes.length / bytesPerLine);
  const list = useLongList(box, lines, linePx);
  const handleKey = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowDown: list.first + list.fits,
      ArrowUp: list.first - 1,
      PageDown: list.first + 2 * list.fits - 1,
      PageUp: list.first - list.fits,
      Home: 0,
      End: lines - 1,
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    list.reveal(Math.max(0, Math.min(lines - 1, move)));
  };
  return (
    <div className={classes.hex}>
      <div ref={box} className={classes.hexLines} tabIndex={0} role="group" aria-label={label} onKeyDown={handleKey}>
        {Array.from({ length: list.end - list.first }, (_, i) => {
          const line = list.first + i;
          const { offset, hex, ascii } = hexLine(bytes, line);
          return (
            <div key={line} className={classes.hexLine} style={{ top: list.topOf(line) }} data-selectable>
              <span>{offset}</span>
              <b>{hex}</b>
              <i>{ascii}</i>
            </div>
          );
        })}
      </div>
      <RowScrollbar onDrag={list.drag} thumb={list.thumb} trackPx={list.heightPx} />
    </div>
  );
}
