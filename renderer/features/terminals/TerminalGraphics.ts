import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';
import type { UiState } from '../../state/uiState.ts';

/** Whether the graphics card draws terminals: `auto`, where there is one. */
export type GraphicsChoice = UiState['terminalGraphics'];

/**
 * Who draws the screen of a terminal: the graphics card through WebGL while the screen can be seen (a context costs memory,
 * and a browser has few), else xterm.js with elements, which is slower there but right.
 */
export class TerminalGraphics {
  private webgl: WebglAddon | undefined;
  private failed = false;
  private visible = false;

  constructor(
    private readonly terminal: Terminal,
    private choice: GraphicsChoice,
  ) {}

  setVisible(visible: boolean): void {
    this.visible = visible;
    this.update();
  }

  choose(choice: GraphicsChoice): void {
    this.choice = choice;
    this.failed = false;
    this.update();
  }

  dispose(): void {
    this.webgl?.dispose();
  }

  private update(): void {
    const wanted = this.visible && this.choice !== 'never' && (this.choice === 'always' || hasGraphicsCard());
    if (!wanted) {
      this.webgl?.dispose();
      this.webgl = undefined;
    } else if (!this.webgl && !this.failed) this.load();
  }

  private load(): void {
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => {
        webgl.dispose();
        this.webgl = undefined;
        this.failed = true;
      });
      this.terminal.loadAddon(webgl);
      this.webgl = webgl;
    } catch {
      this.failed = true;
    }
  }
}

let isThere: boolean | undefined;

/**
 * Whether WebGL is drawn by hardware. By software each frame is copied back through memory, which takes the page some 40 ms
 * at 1280×800 where drawing with elements takes 8, so that WebGL is worse than none. Asked once.
 */
function hasGraphicsCard(): boolean {
  if (isThere === undefined) {
    const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
    isThere = context !== null;
    context?.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return isThere;
}
