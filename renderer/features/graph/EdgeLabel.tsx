import { EdgeLabelRenderer } from '@xyflow/react';
import { useContext } from 'react';
import { type Health, lineLabel } from './edgeFigures.ts';
import type { Route } from './edgeRoute.ts';
import classes from './GraphLine.module.css';
import { usePointing } from './graphStore.ts';
import { labelHeight, letterHeights, widthOfLabel } from './labelSizes.ts';
import { RoutesContext } from './routes.ts';
import { useFigure } from './useFigure.ts';

/**
 * What is written on a line. It is HTML of a fixed place and not part of the drawing: letters of an SVG are laid out anew for
 * each scale and drag their whole drawing along, which a hundred labels that change at once cannot afford. A line whose label
 * found no place has one while it is pointed at.
 */
export function EdgeLabel({
  id,
  route,
  parts,
  health,
  lit,
}: {
  id: string;
  route: Route;
  parts: readonly string[];
  health: Health;
  lit: boolean;
}) {
  const distance = usePointing((pointing) => pointing.distance);
  const { labels } = useContext(RoutesContext);
  const place = labels.placeOf(id, route, distance);
  const size = letterHeights[distance];
  const text = useFigure(parts, (figures) => {
    if (!place && !lit) return '';
    const full = lineLabel(figures, false);
    return distance === 'near' && place && widthOfLabel(full, size) <= place.room ? full : lineLabel(figures, true);
  });
  if (text === '') return null;
  const { x, y } = place?.middle ?? route.middle;
  const width = widthOfLabel(text, size);
  const height = labelHeight(size);
  return (
    <EdgeLabelRenderer>
      <div
        className={classes.edgeLabel}
        data-label={id}
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
