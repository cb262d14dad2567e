import { useStore } from 'zustand';
import { trafficStore } from '../../state/traffic.ts';
import { type EdgeFigures, figuresOf } from './edgeFigures.ts';

/** Part of the figures of a line, as a text or number: the line is drawn again only when that one changes. */
export function useFigure<T extends string | number>(parts: readonly string[], read: (figures: EdgeFigures) => T): T {
  return useStore(trafficStore, ({ edges }) => read(figuresOf(parts, edges)));
}
