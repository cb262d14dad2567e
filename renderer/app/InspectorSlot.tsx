import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react';
import { INSPECTOR_WIDTH, setUi, useUi } from '../state/uiState.ts';
import classes from './InspectorSlot.module.css';

/** px that an arrow key moves the edge. */
const KEY_STEP = 24;

/** The place at the right with an edge that can be dragged, or moved with the arrow keys. */
export function InspectorSlot({ children }: { children: ReactNode }) {
  const width = useUi((state) => state.inspectorWidth);
  const drag = useRef<{ x: number; width: number } | undefined>(undefined);

  const resize = (next: number): void => {
    setUi({ inspectorWidth: Math.round(Math.min(INSPECTOR_WIDTH.max, Math.max(INSPECTOR_WIDTH.min, next))) });
  };
  const handleDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, width };
  };
  const handleMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (drag.current) resize(drag.current.width + drag.current.x - event.clientX);
  };
  const handleUp = (): void => {
    drag.current = undefined;
  };
  const handleKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.key === 'ArrowLeft') resize(width + KEY_STEP);
    else if (event.key === 'ArrowRight') resize(width - KEY_STEP);
    else return;
    event.preventDefault();
  };

  return (
    <aside className={classes.slot} style={{ width }} aria-label="Inspector">
      <div
        className={classes.edge}
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the inspector"
        aria-valuenow={width}
        aria-valuemin={INSPECTOR_WIDTH.min}
        aria-valuemax={INSPECTOR_WIDTH.max}
        tabIndex={0}
        onPointerDown={handleDown}
        onPointerMove={handleMove}
        onPointerUp={handleUp}
        onPointerCancel={handleUp}
        onDoubleClick={() => resize(INSPECTOR_WIDTH.standard)}
        onKeyDown={handleKey}
      />
      {children}
    </aside>
  );
}
