import * as z from 'zod/mini';

/** A rectangle in screen points. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Size of a first window. */
export const DEFAULT_SIZE = { width: 1280, height: 800 } as const;
/** Below this the frame's parts no longer fit beside each other. */
export const MIN_SIZE = { width: 760, height: 480 } as const;
/** Height of the strip at the top by which a window is moved, and how much of its width must be on a screen to grasp it. */
const GRASP = { width: 160, height: 32 } as const;

export const windowStateSchema = z.object({
  x: z.optional(z.number()),
  y: z.optional(z.number()),
  width: z.number(),
  height: z.number(),
  maximized: z.boolean(),
});

/** What is remembered of the window: its bounds when not maximised, and whether it is. */
export type WindowState = z.infer<typeof windowStateSchema>;

/**
 * Bounds for the window that a person can reach, whatever was remembered: of a usable size, no larger than its screen,
 * with its top edge on a screen. Screens come and go between two starts, and files get damaged.
 * @param workAreas of the screens that are there now, the first being the main one
 */
export function reachableBounds(state: Partial<WindowState> | undefined, workAreas: readonly Rectangle[]): Rectangle {
  const wanted = {
    x: finite(state?.x),
    y: finite(state?.y),
    width: finite(state?.width) ?? DEFAULT_SIZE.width,
    height: finite(state?.height) ?? DEFAULT_SIZE.height,
  };
  const size = wanted.width < MIN_SIZE.width || wanted.height < MIN_SIZE.height ? DEFAULT_SIZE : wanted;
  const sizeOn = (area: Rectangle): { width: number; height: number } => ({
    width: Math.min(Math.round(size.width), area.width),
    height: Math.min(Math.round(size.height), area.height),
  });
  const { x, y } = wanted;
  const home =
    x === undefined || y === undefined
      ? undefined
      : workAreas.find((area) => canBeGrasped({ x, y, ...sizeOn(area) }, area));
  const area = home ?? workAreas[0] ?? { x: 0, y: 0, ...DEFAULT_SIZE };
  const { width, height } = sizeOn(area);
  if (home === undefined || x === undefined || y === undefined) {
    return {
      x: area.x + Math.round((area.width - width) / 2),
      y: area.y + Math.round((area.height - height) / 2),
      width,
      height,
    };
  }
  return { x: Math.round(x), y: Math.round(y), width, height };
}

function canBeGrasped(bounds: Rectangle, area: Rectangle): boolean {
  const visible = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  return visible >= GRASP.width && bounds.y >= area.y && bounds.y + GRASP.height <= area.y + area.height;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
