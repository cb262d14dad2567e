import { saveFile } from '../../client/saveFile.ts';
import type { LogSource, TextFormat } from './logSource.ts';

/** Ending of the file for each format. */
const endings: Record<TextFormat, string> = { text: 'log', full: 'log', ansi: 'log', json: 'jsonl' };

/** Name of the exported file: what it is of, and when. */
export function exportName(services: readonly string[], format: TextFormat, now: Date): string {
  const what = services.length === 0 ? 'all-services' : services.length > 3 ? 'services' : services.join('-');
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  return `${what}-${stamp}.${endings[format]}`;
}

/**
 * Writes rows to a file the user chooses, as they come from the server: the window never holds all of them. Where a page may
 * not write files, the browser downloads one. Returns the name of the file; undefined when the user chose none.
 */
export async function exportRows(
  source: LogSource,
  span: { from: number; to: number },
  format: TextFormat,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return saveFile(name, 'text/plain', source.text(span.from, span.to, format, signal));
}
