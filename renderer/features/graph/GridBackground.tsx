import { useStoreApi } from '@xyflow/react';
import { useLayoutEffect, useRef } from 'react';
import classes from './Graph.module.css';
import { farBelow } from './graphStore.ts';

/** Distance between two dots of the ground, px of the graph. */
const gap = 22;

/** Radius of a dot, px of the graph. */
const radius = 0.8;

/**
 * The dots of the ground, which let one see that the view moves. It is a layer that is moved by less than the distance of two dots
 * and drawn only for another scale: the pattern of the library is drawn anew, dot by dot, for each px that the view moves. From
 * afar the dots would be finer than the px of a screen.
 */
export function GridBackground() {
  const ground = useRef<HTMLDivElement>(null);
  const store = useStoreApi();
  useLayoutEffect(() => {
    const element = ground.current;
    if (!element) return undefined;
    let drawnZoom = 0;
    const follow = (): void => {
      const [x, y, zoom] = store.getState().transform;
      if (zoom !== drawnZoom) {
        drawnZoom = zoom;
        element.hidden = zoom < farBelow;
        element.style.setProperty('--gap', `${gap * zoom}px`);
        element.style.setProperty('--radius', `${radius * zoom}px`);
      }
      if (element.hidden) return;
      const step = gap * zoom;
      element.style.transform = `translate(${(x % step) - step}px, ${(y % step) - step}px)`;
    };
    follow();
    return store.subscribe((state, before) => {
      if (state.transform !== before.transform) follow();
    });
  }, [store]);
  return <div ref={ground} className={classes.ground} aria-hidden="true" />;
}
