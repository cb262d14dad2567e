import { cursorCode, type TerminalEnd } from '../../../shared/contract/terminal.ts';
import { api, openSocket } from '../../client/api.ts';
import { readClipboard, writeClipboard } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { ask } from '../../state/questions.ts';
import { takeTyped } from '../../state/typeAhead.ts';
import { confirmLink } from './confirmLink.ts';
import { EarlyInput } from './EarlyInput.ts';
import { asOneLine, cleanPaste, pasteQuestion } from './pasteText.ts';
import type { GraphicsChoice } from './TerminalGraphics.ts';
import { TerminalLink } from './TerminalLink.ts';
import { TerminalView } from './TerminalView.ts';

/** What a tab shows around the screen. */
export interface TerminalSnapshot {
  /** `opening`: a shell is being started; `gone`: the server has no such terminal. */
  phase: 'opening' | 'connecting' | 'live' | 'lost' | 'gone' | 'failed';
  /** Set when its program has ended. */
  ended: TerminalEnd | undefined;
  /** Why no shell could be started. */
  error: unknown;
}

/** What a {@link TerminalController} needs of its tab. */
export interface TerminalTab {
  theme: 'light' | 'dark';
  reducedMotion: boolean;
  graphics: GraphicsChoice;
  /** Starts a shell of this size and resolves with its id. */
  openShell(size: { cols: number; rows: number }): Promise<string>;
  handleKey(event: KeyboardEvent): boolean;
  handleFocus(): void;
}

/** One terminal in a tab: the screen, its connection, and what the user does with both. */
export class TerminalController {
  readonly view: TerminalView;
  private link: TerminalLink | undefined;
  private readonly early = new EarlyInput();
  private snapshot: TerminalSnapshot;
  private readonly listeners = new Set<() => void>();
  private wantsFocus = false;
  private opening = false;
  private disposed = false;

  constructor(
    element: HTMLElement,
    private id: string | undefined,
    private readonly tab: TerminalTab,
  ) {
    this.snapshot = { phase: id === undefined ? 'opening' : 'connecting', ended: undefined, error: undefined };
    this.view = new TerminalView(
      element,
      {
        handleInput: (data) => this.type(data),
        handleFit: (cols, rows) => this.handleFit(cols, rows),
        handleLink: (url) => void confirmLink(url),
        handlePaste: (text) => void this.paste(text),
        handleKey: (event) => tab.handleKey(event),
        handleFocus: () => this.handleFocus(),
      },
      tab.theme,
      tab.reducedMotion,
      tab.graphics,
    );
    if (id !== undefined) this.attach(id);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): TerminalSnapshot => this.snapshot;

  /** Puts the focus into the screen, as soon as there is one; what was typed on the way there comes along. */
  focus(): void {
    this.wantsFocus = true;
    this.view.terminal.focus();
    const typed = takeTyped();
    if (typed !== '') this.type(typed);
  }

  /** Tries once more to start a shell, or to reach one that is there again. */
  retry(): void {
    if (this.id === undefined) {
      this.set({ phase: 'opening', error: undefined });
      const size = this.view.fit();
      if (size) this.open(size);
    } else this.attach(this.id);
  }

  /** Copies what is selected; the key does nothing for the program either when nothing is. */
  copy(): void {
    const text = this.view.terminal.getSelection();
    if (text !== '') void attempt('The selection could not be copied', () => writeClipboard(text));
  }

  get hasSelection(): boolean {
    return this.view.terminal.hasSelection();
  }

  async pasteFromClipboard(): Promise<void> {
    await attempt('The clipboard could not be read', async () => this.paste(await readClipboard()));
  }

  /** Pastes text without control characters; asks when it would run as it is, or is very much. */
  async paste(raw: string): Promise<void> {
    let text = cleanPaste(raw);
    if (text === '') return;
    const { bracketedPasteMode } = this.view.terminal.modes;
    const question = pasteQuestion(text, bracketedPasteMode);
    if (question) {
      const isMany = text.includes('\n');
      const decided = await ask({
        ...question,
        answers: [...(isMany ? [{ id: 'one', label: 'Paste as one line' }] : []), { id: 'paste', label: 'Paste' }],
      });
      if (decided === undefined || this.disposed) {
        this.view.terminal.focus();
        return;
      }
      if (decided === 'one') text = asOneLine(text);
    }
    this.view.paste(text);
  }

  dispose(): void {
    this.disposed = true;
    this.link?.stop();
    this.view.dispose();
    this.listeners.clear();
  }

  private type(data: string | Uint8Array): void {
    if (!this.early.keep(data)) this.link?.type(data);
  }

  private handleFocus(): void {
    this.tab.handleFocus();
    // Whoever types decides about the size, when several look at one terminal.
    const size = this.view.fit();
    if (size) this.handleFit(size.cols, size.rows);
  }

  private handleFit(cols: number, rows: number): void {
    const { terminal } = this.view;
    if (terminal.cols !== cols || terminal.rows !== rows) terminal.resize(cols, rows);
    if (this.id === undefined) this.open({ cols, rows });
    else if (this.snapshot.phase === 'live') this.link?.resize(cols, rows);
  }

  /** Not before the place has its size: a shell reads its size once, at its start. */
  private open(size: { cols: number; rows: number }): void {
    if (this.opening || this.snapshot.phase !== 'opening') return;
    this.opening = true;
    this.tab
      .openShell(size)
      .then(
        (id) => {
          if (this.disposed) return;
          this.id = id;
          this.attach(id);
        },
        (error: unknown) => this.set({ phase: 'failed', error }),
      )
      .finally(() => {
        this.opening = false;
      });
  }

  private attach(id: string): void {
    this.link?.stop();
    const { terminal } = this.view;
    this.link = new TerminalLink(() => openSocket(`/_ws/terminals/${encodeURIComponent(id)}`), {
      handleState: ({ cols, rows, screen, cursor, ended }) => {
        terminal.reset();
        terminal.resize(cols, rows);
        terminal.write(screen + cursorCode(cursor));
        this.set({ phase: 'live', ended });
        const size = this.view.fit();
        if (size) this.handleFit(size.cols, size.rows);
        if (this.wantsFocus) terminal.focus();
        this.wantsFocus = false;
        for (const data of this.early.take()) this.link?.type(data);
      },
      handleOutput: (data, drawn) => terminal.write(data, drawn),
      handleStarted: () => this.set({ ended: undefined }),
      handleEnded: (ended) => this.set({ ended }),
      handleResized: (cols, rows) => terminal.resize(cols, rows),
      handleConnection: (status) => {
        if (status === 'lost' || status === 'gone') this.set({ phase: status });
        else if (status === 'connecting' && this.snapshot.phase !== 'lost') this.set({ phase: 'connecting' });
      },
    });
    this.link.start();
  }

  private set(change: Partial<TerminalSnapshot>): void {
    if (this.disposed) return;
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of [...this.listeners]) listener();
  }
}

/** Starts a shell on the server. */
export async function startShell(service: string, size: { cols: number; rows: number }): Promise<string> {
  return (await api().terminals.open({ service, ...size })).id;
}
