import { EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo, useContext, useLayoutEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { isOfEvents, trafficStore } from '../../state/traffic.ts';
import { type EdgeFigures, figuresOf, type Health, lineLabel, lineWidth } from './edgeFigures.ts';
import { type Route, routeEdge } from './edgeRoute.ts';
import classes from './Graph.module.css';
import { usePointing } from './graphStore.ts';
import { RoutesContext } from './routes.ts';

/** Width of the strip around a line that takes clicks, px. */
const clickWidth = 16;

/** Height of the letters on a line, px of the graph. */
const labelSizes = { near: 11.5, middle: 15, wide: 18, far: 22 } as const;

/** Width of a letter as a part of its height, on average; measuring each label would cost more than it gains. */
const letterWidth = 0.52;

/** Part of the figures of a line, as a text or number: the line is drawn again only when that one changes. */
function useFigure<T extends string | number>(parts: readonly string[], read: (figures: EdgeFigures) => T): T {
  return useStore(trafficStore, ({ edges }) => read(figuresOf(parts, edges)));
}

/**
 * What is written on a line. It is HTML of a fixed place and not part of the drawing: letters of an SVG are laid out anew for
 * each scale and drag their whole drawing along, which a hundred labels that change at once cannot afford.
 */
function EdgeLabel({
  route,
  parts,
  health,
  lit,
}: {
  route: Route;
  parts: readonly string[];
  health: Health;
  lit: boolean;
}) {
  const distance = usePointing((pointing) => pointing.distance);
  const size = labelSizes[distance];
  const widthOf = (text: string): number => text.length * size * letterWidth + size * 0.7;
  const text = useFigure(parts, (figures) => {
    if (distance === 'far' && !lit) return '';
    const full = lineLabel(figures, false);
    return distance === 'near' && widthOf(full) <= route.room ? full : lineLabel(figures, true);
  });
  if (text === '') return null;
  const { x, y } = route.middle;
  const width = widthOf(text);
  const height = Math.round(size * 1.5);
  return (
    <EdgeLabelRenderer>
      <div
        className={classes.edgeLabel}
        data-health={health}
        data-lit={lit || undefined}
        aria-hidden="true"
        style={{ left: x - width / 2, top: y - height / 2, width, height, fontSize: size, lineHeight: `${height}px` }}
      >
        {text}
      </div>
    </EdgeLabelRenderer>
  );
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
  const width = useFigure(parts, (figures) => lineWidth(figures.rate));
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
      <EdgeLabel route={route} parts={parts} health={health} lit={lit || selected} />
    </g>
  );
});
