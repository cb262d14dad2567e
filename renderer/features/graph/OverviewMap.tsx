import { MiniMap } from '@xyflow/react';
import classes from './GraphControls.module.css';
import { miniMapSize } from './useFit.ts';

/** A map of the map, for graphs that are not readable as a whole. */
export function OverviewMap() {
  return (
    <MiniMap
      className={classes.miniMap ?? ''}
      style={miniMapSize}
      pannable
      zoomable
      ariaLabel="Overview of the graph"
      bgColor="var(--surface)"
      nodeColor="var(--line-strong)"
      maskColor="color-mix(in srgb, var(--bg) 70%, transparent)"
    />
  );
}
