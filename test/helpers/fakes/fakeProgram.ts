import { Emitter } from '../../../electron/server/base/event.ts';
import type { ExitStatus, LaunchedProcess, OutputChunk } from '../../../electron/server/host/launcher.ts';

/** A program on a terminal that does what the test says. */
export class FakeProgram implements LaunchedProcess {
  readonly startTime = '1';
  exit: ExitStatus | undefined;
  paused = false;
  unwritten = 0;
  readonly sizes: string[] = [];
  /** What was typed, and what the terminal answered. */
  input = '';
  private readonly output = new Emitter<OutputChunk>();
  private readonly ended = new Emitter<ExitStatus>();
  readonly onDidOutput = this.output.event;
  readonly onDidExit = this.ended.event;

  constructor(readonly pid = 1000) {}

  /** Whether anybody reads what it writes. */
  get isHeard(): boolean {
    return this.output.hasListeners;
  }

  says(text: string | Uint8Array): void {
    const data = typeof text === 'string' ? Buffer.from(text) : text;
    this.output.fire({ stream: 'tty', data, timeUs: 0 });
  }

  ends(exit: Partial<ExitStatus>): void {
    this.exit = { code: null, signal: null, ...exit };
    this.ended.fire(this.exit);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  write(data: string | Uint8Array): void {
    this.input += typeof data === 'string' ? data : Buffer.from(data).toString();
  }

  resize(cols: number, rows: number): void {
    this.sizes.push(`${cols}x${rows}`);
  }
}
