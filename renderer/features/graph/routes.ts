import { createContext } from 'react';
import type { Route } from './edgeRoute.ts';
import { LineLabels } from './lineLabels.ts';
import type { Positions } from './placement.ts';

/** A line that is drawn now, and the edges it stands for. */
export interface DrawnLine {
  readonly route: Route;
  readonly parts: readonly string[];
}

/** What lines lead around, and what is known of the lines on the screen. */
export interface Routes {
  /** Where nodes stand; a drag changes it when it ends. */
  readonly obstacles: Positions;
  /** The lines on the screen by their ids; what moves along lines reads them in each frame. */
  readonly routes: Map<string, DrawnLine>;
  /** Where what is written on the lines stands. */
  readonly labels: LineLabels;
}

/** Gives lines what they lead around. */
export const RoutesContext = createContext<Routes>({
  obstacles: new Map(),
  routes: new Map(),
  labels: new LineLabels([], new Map()),
});
