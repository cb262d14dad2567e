import type { ITheme } from '@xterm/xterm';

/** The sixteen colours, readable on the surface of each theme; xterm.js raises what is still too faint. */
const palettes: Record<'light' | 'dark', ITheme> = {
  light: {
    black: '#191c21',
    red: '#c3262b',
    green: '#18794e',
    yellow: '#935600',
    blue: '#0a61be',
    magenta: '#8e3fa8',
    cyan: '#0b7285',
    white: '#646c79',
    brightBlack: '#565e6b',
    brightRed: '#d13438',
    brightGreen: '#2b8a5e',
    brightYellow: '#a86400',
    brightBlue: '#1a73d1',
    brightMagenta: '#a04cbb',
    brightCyan: '#14859a',
    brightWhite: '#39404b',
  },
  dark: {
    black: '#39404b',
    red: '#ff6369',
    green: '#3dd68c',
    yellow: '#ffb224',
    blue: '#52a9ff',
    magenta: '#d09be8',
    cyan: '#4ccce6',
    white: '#c6ccd6',
    brightBlack: '#828d9c',
    brightRed: '#ff8a8f',
    brightGreen: '#6ee7ae',
    brightYellow: '#ffc85c',
    brightBlue: '#84c1ff',
    brightMagenta: '#e0b8f2',
    brightCyan: '#7fdef0',
    brightWhite: '#f4f6f9',
  },
};

/** The colours of a terminal, the frame's own where it has them. */
export function terminalTheme(theme: 'light' | 'dark', root: Element = document.documentElement): ITheme {
  const style = getComputedStyle(root);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const accent = token('--accent');
  return {
    ...palettes[theme],
    background: token('--surface'),
    foreground: token('--text'),
    cursor: accent,
    cursorAccent: token('--surface'),
    selectionBackground: `${accent}55`,
    // As strong: what is found is selected while the keyboard is in the field for what to find.
    selectionInactiveBackground: `${accent}55`,
    scrollbarSliderBackground: `${token('--line-strong')}cc`,
    scrollbarSliderHoverBackground: token('--text-3'),
    scrollbarSliderActiveBackground: token('--text-3'),
  };
}
