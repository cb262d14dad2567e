import pico from 'picocolors';

/** Functions that colour a text, or leave it alone. */
export type Colours = ReturnType<typeof pico.createColors>;

/** What decides about colours. */
export interface ColourFacts {
  isTerminal: boolean;
  env: Readonly<Record<string, string | undefined>>;
  /** From --no-color (false) or --color (true). */
  option: boolean | undefined;
}

/**
 * Whether to colour: the option first, then NO_COLOR and FORCE_COLOR (no-color.org, force-color.org), then whether a
 * person looks at it. picocolors has a rule of its own that also colours on CI machines; files there would be full of codes.
 */
export function wantsColour({ isTerminal, env, option }: ColourFacts): boolean {
  if (option !== undefined) return option;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal && env.TERM !== 'dumb';
}

/** The colour functions, or functions that change nothing. */
export function createColours(enabled: boolean): Colours {
  return pico.createColors(enabled);
}
