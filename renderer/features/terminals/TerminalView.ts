import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { type IDisposable, Terminal } from '@xterm/xterm';
import { TERMINAL_SCROLLBACK_LINES } from '../../../shared/contract/terminal.ts';
import { allowSpanStyles, openStrictly, strictDocument } from './strictDocument.ts';
import { type GraphicsChoice, TerminalGraphics } from './TerminalGraphics.ts';
import { terminalTheme } from './terminalTheme.ts';

/** Size of the letters, px; that of logs, so that both can be read side by side. */
const FONT_SIZE_PX = 12.5;

/** Our own font, which the page loads when it is first needed. */
const WEB_FONT = '"JetBrains Mono Variable"';

/** Until that is there. A cell is measured once, so the font must not change under the same name. */
const SYSTEM_FONTS = '"JetBrains Mono", ui-monospace, monospace';

/** Height of a line as a part of the letters' own: near the logs' 18 px. */
const LINE_HEIGHT = 1.1;

/** Text and background differ at least so much; colours that programs choose for a dark terminal stay readable on white. */
const MIN_CONTRAST = 4.5;

/** What a view tells of. */
export interface TerminalViewListener {
  /** Typed, or reported by the mouse where a program asked for that. */
  handleInput(data: string | Uint8Array): void;
  /** The grid has another size because its place has. */
  handleFit(cols: number, rows: number): void;
  handleLink(url: string): void;
  /** Text that somebody wants to paste, as it came. */
  handlePaste(text: string): void;
  /** True: the key is a command of ours and not for the program. */
  handleKey(event: KeyboardEvent): boolean;
  handleFocus(): void;
}

/** xterm.js in an element: draws, takes keys, and fits itself into its place. */
export class TerminalView {
  readonly terminal: Terminal;
  readonly search = new SearchAddon();
  private readonly fitter = new FitAddon();
  private readonly store: IDisposable[] = [];
  private readonly graphics: TerminalGraphics;
  private frame = 0;
  private disposed = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly listener: TerminalViewListener,
    theme: 'light' | 'dark',
    reducedMotion: boolean,
    graphics: GraphicsChoice,
  ) {
    allowSpanStyles();
    this.terminal = new Terminal({
      allowProposedApi: true,
      documentOverride: strictDocument(),
      fontFamily: SYSTEM_FONTS,
      fontSize: FONT_SIZE_PX,
      lineHeight: LINE_HEIGHT,
      scrollback: TERMINAL_SCROLLBACK_LINES,
      minimumContrastRatio: MIN_CONTRAST,
      cursorBlink: !reducedMotion,
      cursorInactiveStyle: 'outline',
      smoothScrollDuration: 0,
      macOptionClickForcesSelection: true,
      rightClickSelectsWord: false,
      theme: terminalTheme(theme),
      linkHandler: { activate: (_event, url) => listener.handleLink(url), allowNonHttpProtocols: false },
    });
    this.graphics = new TerminalGraphics(this.terminal, graphics);
    this.terminal.loadAddon(this.fitter);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    this.terminal.loadAddon(new WebLinksAddon((_event, url) => listener.handleLink(url)));
    leaveQuestionsToServer(this.terminal);
    this.terminal.attachCustomKeyEventHandler((event) => event.type !== 'keydown' || !listener.handleKey(event));
    openStrictly(() => this.terminal.open(element));
    this.store.push(
      this.terminal.onData((data) => listener.handleInput(data)),
      this.terminal.onBinary((data) => listener.handleInput(Uint8Array.from(data, (char) => char.charCodeAt(0)))),
    );
    this.listen();
    void this.useWebFont();
  }

  /** Fits the grid to its place now. Undefined: the place has no size (yet). */
  fit(): { cols: number; rows: number } | undefined {
    if (this.element.clientWidth === 0 || this.element.clientHeight === 0) return undefined;
    const size = this.fitter.proposeDimensions();
    if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return undefined;
    return size;
  }

  setVisible(visible: boolean): void {
    if (visible) this.scheduleFit();
    this.graphics.setVisible(visible);
  }

  setGraphics(choice: GraphicsChoice): void {
    this.graphics.choose(choice);
  }

  setTheme(theme: 'light' | 'dark'): void {
    this.terminal.options.theme = terminalTheme(theme);
  }

  /** Pastes what was cleaned before; a program that asked for it learns that it is pasted. */
  paste(text: string): void {
    this.terminal.paste(text);
    this.terminal.focus();
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frame);
    for (const each of this.store) each.dispose();
    this.graphics.dispose();
    this.terminal.dispose();
  }

  private async useWebFont(): Promise<void> {
    const loaded = await document.fonts.load(`${FONT_SIZE_PX}px ${WEB_FONT}`).catch(() => []);
    if (this.disposed || loaded.length === 0) return;
    this.terminal.options.fontFamily = `${WEB_FONT}, ${SYSTEM_FONTS}`;
    // The place has the same size, and its cells have another.
    this.scheduleFit();
  }

  private listen(): void {
    const { element, listener } = this;
    const observer = new ResizeObserver(() => this.scheduleFit());
    observer.observe(element);
    // Before xterm.js hears of it: every way of pasting comes past here.
    const handlePaste = (event: ClipboardEvent): void => take(event, event.clipboardData);
    const handleDrop = (event: DragEvent): void => take(event, event.dataTransfer);
    const take = (event: Event, data: DataTransfer | null): void => {
      event.preventDefault();
      event.stopPropagation();
      const text = data?.getData('text/plain') ?? '';
      if (text !== '') listener.handlePaste(text);
    };
    const allowDrop = (event: DragEvent): void => event.preventDefault();
    const handleFocus = (): void => listener.handleFocus();
    element.addEventListener('paste', handlePaste, true);
    element.addEventListener('drop', handleDrop, true);
    element.addEventListener('dragover', allowDrop);
    element.addEventListener('focusin', handleFocus);
    this.store.push({
      dispose() {
        observer.disconnect();
        element.removeEventListener('paste', handlePaste, true);
        element.removeEventListener('drop', handleDrop, true);
        element.removeEventListener('dragover', allowDrop);
        element.removeEventListener('focusin', handleFocus);
      },
    });
  }

  /** Once a frame at most: a window that is dragged has a new size with every pixel. */
  private scheduleFit(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const size = this.fit();
      if (size) this.listener.handleFit(size.cols, size.rows);
    });
  }
}

/**
 * The server's screen answers what programs ask a terminal. A second answer from here would come as typed text, and once
 * more each time a screen is drawn anew.
 */
function leaveQuestionsToServer({ parser }: Terminal): void {
  const handled = (): boolean => true;
  for (const id of [
    { final: 'c' },
    { prefix: '>', final: 'c' },
    { prefix: '=', final: 'c' },
    { final: 'n' },
    { prefix: '?', final: 'n' },
    { prefix: '>', final: 'q' },
    { intermediates: '$', final: 'p' },
    { prefix: '?', intermediates: '$', final: 'p' },
    { final: 't' },
  ]) {
    parser.registerCsiHandler(id, handled);
  }
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, handled);
  for (const colour of [4, 10, 11, 12]) parser.registerOscHandler(colour, (data) => data.split(';').includes('?'));
}
