import type { EdgeProps } from '@xyflow/react';
import { memo, useContext, useLayoutEffect, useMemo, useState } from 'react';
import { isOfEvents } from '../../state/traffic.ts';
import { lineWidth } from './edgeFigures.ts';
import { EdgeLabel } from './EdgeLabel.tsx';
import { routeEdge } from './edgeRoute.ts';
import classes from './GraphLine.module.css';
import { usePointing } from './graphStore.ts';
import { RoutesContext } from './routes.ts';
import { useFigure } from './useFigure.ts';

/** Width of the strip around a line that takes clicks, px. */
const clickWidth = 16;

/** Width of a line, which depends on the one it had. */
function useLineWidth(parts: readonly string[]): number {
  const [before, setBefore] = useState(0);
  const width = useFigure(parts, ({ rate }) => lineWidth(rate, before));
  if (width !== before) setBefore(width);
  return width;
}

/**
 * A line: dashed as long as it is only declared, solid once calls were seen, dotted for events. Its colour tells how the calls go, its width
 * how many there are, its label both in words.
 */
export const GraphEdge = memo(function GraphEdge(props: EdgeProps) {
  const { id, source, target, sourceX, sourceY, targetX, targetY, data } = props;
  const parts = data?.['parts'] as readonly string[];
  const { obstacles, routes } = useContext(RoutesContext);
  const route = useMemo(
    () => routeEdge({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, obstacles.values()),
    [sourceX, sourceY, targetX, targetY, obstacles],
  );
  useLayoutEffect(() => {
    routes.set(id, { route, parts });
    return () => {
      routes.delete(id);
    };
  }, [routes, id, route, parts]);
  const health = useFigure(parts, (figures) => figures.health);
  const width = useLineWidth(parts);
  const lit = usePointing(({ hovered, hoveredEdge }) => hovered === source || hovered === target || hoveredEdge === id);
  const selected = usePointing(({ edge }) => edge === id);
  return (
    <g
      className={classes.line}
      data-edge={id}
      data-health={health}
      data-events={isOfEvents({ from: source, to: target }) || undefined}
      data-lit={lit || undefined}
      data-selected={selected || undefined}
    >
      <path d={route.path} className={classes.edge} strokeWidth={width} fill="none" />
      <path
        d={route.path}
        className="react-flow__edge-interaction"
        strokeOpacity={0}
        strokeWidth={clickWidth}
        fill="none"
      />
      <EdgeLabel id={id} route={route} parts={parts} health={health} lit={lit || selected} />
    </g>
  );
});
