import type { Distance } from './graphStore.ts';
import type { LabelSizes } from './labelPlaces.ts';

/** Height of the letters on a line, px of the graph: what is read stays about the same size on the screen. */
export const letterHeights = { near: 11.5, middle: 15, wide: 18, far: 22 } as const;

/** Width of a letter as a part of its height, on average; measuring each label would cost more than it gains. */
const letterWidth = 0.52;

/** Ground beside the letters, both sides together, as a part of their height. */
const marginOfLetter = 0.35;

/** Letters that room is kept for: `▲ 15 %` of short labels, `120/s · 1.2 min` or `▲ 15 % errors` of full ones. */
const keptLetters = { short: 6.5, full: 15 } as const;

/** The sign of errors is wider than a letter, and the letters after it are bold: so many letters more. */
const errorSignLetters = 0.5;

/** Width of a label with this text, px. */
export function widthOfLabel(text: string, letterHeight: number): number {
  return widthOfLetters(text.length + (text.startsWith('▲') ? errorSignLetters : 0), letterHeight);
}

function widthOfLetters(count: number, letterHeight: number): number {
  return count * letterHeight * letterWidth + letterHeight * marginOfLetter;
}

/** Height of a label, px. */
export function labelHeight(letterHeight: number): number {
  return Math.round(letterHeight * 1.5);
}

/** The room that labels get at a scale. Only near by there is any for all figures. */
export function labelSizesAt(distance: Distance): LabelSizes {
  const size = letterHeights[distance];
  const short = widthOfLetters(keptLetters.short, size);
  return {
    height: labelHeight(size),
    short,
    full: distance === 'near' ? widthOfLetters(keptLetters.full, size) : short,
  };
}
