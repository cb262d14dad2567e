import { type LogViewServerMessage, ROW_TEXT_CHARS } from '../../../shared/contract/logView.ts';
import type { LivePartial } from './liveLogs.ts';
import { partialText } from './partialText.ts';
import type { ViewAnswers } from './viewAnswers.ts';
import type { ViewRows } from './viewRows.ts';

/** Time between two messages about how far the looking has come, ms. */
const EXTENT_PERIOD_MS = 100;
/** Rows of a live message at most: two tall screens. */
const LIVE_ROWS = 200;

/** What a view tells its window unasked: how far its rows reach, and while it follows the last of them. */
export class ViewReports {
  following = false;
  /** A live message is on its way or not drawn yet: the window says when it wants the next one. */
  private isUnacknowledged = false;
  /** It was told that everything stored has been looked at. */
  private toldComplete = false;
  private lastExtentMs = Number.NEGATIVE_INFINITY;
  private sentExtent = '';
  private sentLive = '';

  constructor(
    private readonly view: number,
    private readonly rows: ViewRows,
    private readonly answers: ViewAnswers,
    private readonly send: (message: LogViewServerMessage) => void,
  ) {}

  /** The window has drawn the last live message. */
  handleAck(): void {
    this.isUnacknowledged = false;
  }

  /** Tells which rows there are by now, unless live messages say the same. */
  sendExtent(): void {
    const nowMs = performance.now();
    const { first, end, scanned, total, isComplete: complete } = this.rows;
    // Live messages say the same, and each message is a picture to draw.
    if (this.following && this.toldComplete && complete) return;
    this.toldComplete = complete;
    const state = `${first}:${end}:${complete}`;
    if (state === this.sentExtent || (!complete && nowMs - this.lastExtentMs < EXTENT_PERIOD_MS)) return;
    this.lastExtentMs = nowMs;
    this.sentExtent = state;
    this.send({ type: 'extent', view: this.view, first, end, scanned, total, complete });
  }

  /** Sends the last rows and the lines that are still being written, once the window has drawn those before. */
  async sendLive(unfinished: readonly LivePartial[], signal: AbortSignal): Promise<void> {
    if (!this.following || this.isUnacknowledged) return;
    const { first, end } = this.rows;
    const partials = unfinished.map(({ service, run, partial }) => ({
      timeUs: partial.timeUs,
      service,
      run,
      line: partial.line,
      stream: partial.stream,
      text: partialText(partial.bytes).slice(0, ROW_TEXT_CHARS),
    }));
    const state = `${first}:${end}:${JSON.stringify(partials)}`;
    if (state === this.sentLive) return;
    this.sentLive = state;
    const rows = await this.answers.read(Math.max(first, end - LIVE_ROWS), end, signal);
    this.isUnacknowledged = true;
    this.send({ type: 'live', view: this.view, first, end, rows, partials });
  }
}
