import { useStoreApi } from '@xyflow/react';
import { useContext, useEffect, useRef } from 'react';
import { useReducedMotion } from '../../state/uiState.ts';
import { trafficStore } from '../../state/traffic.ts';
import { DotFlow } from './dotFlow.ts';
import { type DotSprites, drawSprites } from './dotSprites.ts';
import classes from './GraphLine.module.css';
import { farBelow } from './graphStore.ts';
import { type DrawnLine, RoutesContext } from './routes.ts';

const nothing: ReadonlyMap<string, DrawnLine> = new Map();

/** ms between two pictures of the dots at least: thirty a second are smooth for slow dots. */
const frameMs = 1000 / 30;

/** ms between two pictures at most: dots that jump further no longer show a direction. */
const slowestFrameMs = 200;

/** ms of a frame of the screen; one that takes longer was held up by what was drawn in it. */
const screenFrameMs = 1000 / 60;

/**
 * ms that the view has to rest before dots are drawn anew; until then their picture moves along with it. It is large, and where
 * there is no graphics card a picture in each frame of a drag would take as long as the rest of the frame.
 */
const restMs = 100;

/**
 * A picture of the dots may cost one part in so many of the time. Where there is no graphics card each costs tens of
 * milliseconds, and input, numbers and everything else come first.
 */
const costShare = 5;

/**
 * ms between two pictures from which on the machine is one without a graphics card. There even a picture that only moves along
 * costs: it is as large as the window, and blended with it in every frame of a drag. So it is left out until the view rests.
 */
const slowMs = frameMs * 1.5;

function fit(canvas: HTMLCanvasElement): number {
  const scale = window.devicePixelRatio;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(canvas.clientHeight * scale);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return scale;
}

function Dots() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { routes } = useContext(RoutesContext);
  const store = useStoreApi();
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return undefined;
    const flow = new DotFlow();
    let sprites: DotSprites | undefined;
    let spriteScale = 0;
    const theme = new MutationObserver(() => (sprites = undefined));
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    let lastMs = performance.now();
    let isClear = true;
    let request = 0;
    let intervalMs = frameMs;
    let frameAt = lastMs;
    let isAfterDots = false;
    /** The view that the picture was made for. */
    let drawnFor = store.getState().transform;
    let movedAt = Number.NEGATIVE_INFINITY;
    const follow = (): void => {
      const [x, y, zoom] = store.getState().transform;
      movedAt = performance.now();
      // Another scale needs another picture.
      if (zoom !== drawnFor[2]) movedAt = Number.NEGATIVE_INFINITY;
      else if (intervalMs > slowMs) element.style.visibility = 'hidden';
      else if (!isClear) element.style.transform = `translate(${x - drawnFor[0]}px, ${y - drawnFor[1]}px)`;
    };
    // Without calls nothing moves, and frames for nothing would keep the processor awake all day.
    const wake = (): void => {
      if (request !== 0) return;
      lastMs = performance.now();
      isAfterDots = false;
      request = requestAnimationFrame(draw);
    };
    const draw = (nowMs: number): void => {
      request = requestAnimationFrame(draw);
      if (isAfterDots) {
        const costMs = nowMs - frameAt - screenFrameMs;
        const wantedMs = Math.min(slowestFrameMs, Math.max(frameMs, costMs * costShare));
        // One slow frame is chance, several are the machine.
        intervalMs += (wantedMs - intervalMs) * 0.2;
      }
      frameAt = nowMs;
      isAfterDots = nowMs - lastMs >= intervalMs * 0.9 && nowMs - movedAt >= restMs;
      if (!isAfterDots) return;
      const { transform } = store.getState();
      const [x, y, zoom] = transform;
      // Seen from afar, hundreds of lines lie side by side: what moves on them says nothing, and costs the most.
      const lines = zoom < farBelow ? nothing : routes;
      // After a pause (a hidden window) dots go on from where they were.
      flow.advance(Math.min(nowMs - lastMs, slowestFrameMs), lines, trafficStore.getState().edges);
      lastMs = nowMs;
      if (flow.count === 0 && isClear) {
        if (flow.isStill) {
          cancelAnimationFrame(request);
          request = 0;
        }
        return;
      }
      const scale = fit(element);
      drawnFor = transform;
      element.style.transform = '';
      element.style.visibility = '';
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, element.width, element.height);
      if (!sprites || spriteScale !== scale) sprites = drawSprites(element, scale);
      spriteScale = scale;
      const { pictures, half } = sprites;
      flow.each((place, health) => {
        // On whole px a copy needs no blending of its own; half a px is not seen on what moves.
        const left = Math.round((place.x * zoom + x) * scale) - half;
        const top = Math.round((place.y * zoom + y) * scale) - half;
        if (left < -half * 2 || top < -half * 2 || left > element.width || top > element.height) return;
        context.drawImage(pictures[health], left, top);
      });
      isClear = flow.count === 0;
    };
    request = requestAnimationFrame(draw);
    const unsubscribes = [
      trafficStore.subscribe((state, before) => {
        if (state.edges !== before.edges) wake();
      }),
      // Lines that were too small for dots may have come near.
      store.subscribe((state, before) => {
        if (state.transform === before.transform) return;
        follow();
        wake();
      }),
    ];
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
      cancelAnimationFrame(request);
      theme.disconnect();
      // The next flow begins without dots, and might have none for long.
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, element.width, element.height);
      element.style.transform = '';
    };
  }, [routes, store]);
  return <canvas ref={canvas} className={classes.dots} aria-hidden="true" />;
}

/**
 * Dots that move along the lines with the calls. One canvas draws them all, so that they cost by their number and not by
 * that of the lines. Nothing moves where the system asks for less motion.
 */
export function MovingDots() {
  return useReducedMotion() ? null : <Dots />;
}
