import type { DotHealth } from './dotFlow.ts';

/** Radius of a dot, px on the screen. */
const radius = 3.5;

/** Failing calls differ by shape as well: by this factor the half of a square on its corner is larger than the radius. */
const squareFactor = 1.25;

const colours: Readonly<Record<DotHealth, string>> = { ok: '--ok', warn: '--warn', bad: '--bad' };

/** The picture of each kind of dot. */
export interface DotSprites {
  readonly pictures: Readonly<Record<DotHealth, HTMLCanvasElement>>;
  /** From the upper left corner of a picture to the middle of its dot, px of the canvas. */
  readonly half: number;
}

function drawDot(health: DotHealth, colour: string, scale: number, half: number): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = half * 2;
  picture.height = half * 2;
  const context = picture.getContext('2d');
  if (!context) return picture;
  context.fillStyle = colour;
  context.beginPath();
  if (health === 'ok') context.arc(half, half, radius * scale, 0, 2 * Math.PI);
  else {
    const reach = radius * squareFactor * scale;
    context.moveTo(half, half - reach);
    context.lineTo(half + reach, half);
    context.lineTo(half, half + reach);
    context.lineTo(half - reach, half);
  }
  context.fill();
  return picture;
}

/**
 * Draws each kind of dot once, in the colours that hold at `element`, for a screen of `scale` px a px. Copies of
 * a small picture cost less than as many circles.
 */
export function drawSprites(element: HTMLElement, scale: number): DotSprites {
  const style = getComputedStyle(element);
  const half = Math.ceil(radius * squareFactor * scale) + 1;
  const picture = (health: DotHealth): HTMLCanvasElement =>
    drawDot(health, style.getPropertyValue(colours[health]), scale, half);
  return { pictures: { ok: picture('ok'), warn: picture('warn'), bad: picture('bad') }, half };
}
