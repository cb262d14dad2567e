import type { CapturedScreen } from './terminalScreen.ts';

/** What the server says to the thread that draws screens; `screen` is the number of one. Kept in order. */
export type ToScreenThread =
  | { type: 'create'; screen: number; cols: number; rows: number }
  | { type: 'write'; screen: number; data: Uint8Array }
  | { type: 'resize'; screen: number; cols: number; rows: number }
  | { type: 'capture'; screen: number }
  | { type: 'dispose'; screen: number };

/** What the thread answers. One `drawn` for each `write` and one `captured` for each `capture`, in their order. */
export type FromScreenThread =
  | { type: 'drawn'; screen: number }
  | { type: 'captured'; screen: number; captured: CapturedScreen }
  | { type: 'reply'; screen: number; data: string }
  | { type: 'title'; screen: number; title: string };
