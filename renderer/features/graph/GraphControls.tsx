import { useReactFlow, useStore } from '@xyflow/react';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { useReducedMotion } from '../../state/uiState.ts';
import classes from './GraphControls.module.css';
import type { ViewMoves } from './useFit.ts';

/** Length of zoom movements, ms. */
const zoomMs = 140;

/** Zoom out, zoom in, true size, and the whole graph in view. */
export function GraphControls({ view }: { view: ViewMoves }) {
  const flow = useReactFlow();
  const zoom = useStore((state) => state.transform[2]);
  const duration = useReducedMotion() ? 0 : zoomMs;
  const keepAfter = (move: Promise<unknown>): void => {
    void move.then(() => view.keep(flow.getViewport()));
  };
  return (
    <div className={classes.controls} role="group" aria-label="Zoom">
      <button
        type="button"
        aria-label="Zoom out"
        title="Zoom out"
        onClick={() => keepAfter(flow.zoomOut({ duration }))}
      >
        <IconMinus size={15} />
      </button>
      <button
        type="button"
        className={classes.zoom}
        aria-label={`Zoom ${Math.round(zoom * 100)} %, set to 100 %`}
        title="True size"
        onClick={() => keepAfter(flow.zoomTo(1, { duration }))}
      >
        {Math.round(zoom * 100)} %
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => keepAfter(flow.zoomIn({ duration }))}>
        <IconPlus size={15} />
      </button>
      <button
        type="button"
        aria-label="Show the whole graph"
        title="Show the whole graph"
        onClick={() => view.fit(duration)}
      >
        <IconMaximize size={15} />
      </button>
    </div>
  );
}
