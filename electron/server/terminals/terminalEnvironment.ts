/** Marks programs as running in a terminal of ours; some choose their colours and links by it. */
const TERMINAL_VARIABLES = { TERM: 'xterm-256color', COLORTERM: 'truecolor', TERM_PROGRAM: 'micro' } as const;

/** Variables of the terminal that the server itself was started in; programs would take ours for that one. */
const OF_ANOTHER_TERMINAL =
  /^(COLORTERM|TERM_PROGRAM|TERM_PROGRAM_VERSION|TERM_SESSION_ID|TERMINFO|WT_.*|VTE_VERSION|ITERM_.*|KITTY_.*|WEZTERM_.*|ALACRITTY_.*|KONSOLE_.*|WINDOWID|TMUX|TMUX_PANE|STY|LINES|COLUMNS)$/;

/** What the terminal of the command line says of itself, as programs in it see it. */
export interface OuterTerminal {
  /** Its TERM; empty: unknown. */
  term: string;
  /** Its COLORTERM; empty: none. */
  colorTerm: string;
}

/** The environment of a program that runs in a terminal of ours, or of the command line (`outer`). */
export function terminalEnvironment(
  env: Readonly<Record<string, string>>,
  { outer, platform = process.platform }: { outer?: OuterTerminal | undefined; platform?: NodeJS.Platform } = {},
): Record<string, string> {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !OF_ANOTHER_TERMINAL.test(name)));
  return { ...kept, ...(outer ? outerVariables(outer) : TERMINAL_VARIABLES), ...characterSet(env, platform) };
}

function outerVariables({ term, colorTerm }: OuterTerminal): Record<string, string> {
  return { TERM: term || TERMINAL_VARIABLES.TERM, ...(colorTerm ? { COLORTERM: colorTerm } : {}) };
}

/**
 * An app that was started from a desktop may have no locale at all; then shells take every byte of é for a character of
 * its own, and erasing and wrapping go wrong.
 */
function characterSet(env: Readonly<Record<string, string>>, platform: NodeJS.Platform): Record<string, string> {
  if (platform === 'win32' || env['LC_ALL'] || env['LC_CTYPE'] || env['LANG']) return {};
  return { LC_CTYPE: platform === 'darwin' ? 'UTF-8' : 'C.UTF-8' };
}
