import { formatDuration } from '../../ui/format.ts';
import { parseSpan } from '../../ui/parseSpan.ts';

/** What is left of a life, e.g. `29 min 12 s`; `over` when nothing is. */
export function formatLeft(expiresAt: number, nowMs: number): string {
  const leftMs = expiresAt - nowMs;
  return leftMs <= 0 ? 'over' : formatDuration(leftMs);
}

/** What is wrong with a text in a field for a life; an empty one means without end. */
export function lifeProblem(text: string): string | undefined {
  if (text.trim() === '' || parseSpan(text) !== undefined) return undefined;
  return 'Write a time such as 30s, 5m, 2h 30m or 7d, or nothing for a record without end';
}
