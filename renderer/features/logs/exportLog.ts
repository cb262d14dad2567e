import type { LogSource, TextFormat } from './logSource.ts';

/** The part of the File System Access API that is used; browsers without it get a download. */
interface SaveFile {
  createWritable(): Promise<{ write(text: string): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
  readonly name: string;
}

declare global {
  interface Window {
    showSaveFilePicker?: (options: { suggestedName: string }) => Promise<SaveFile>;
  }
}

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
  const chunks = source.text(span.from, span.to, format, signal);
  if (window.showSaveFilePicker) {
    let file: SaveFile;
    try {
      file = await window.showSaveFilePicker({ suggestedName: name });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return undefined;
      throw error;
    }
    await writeFile(file, chunks);
    return file.name;
  }
  const parts: Blob[] = [];
  for await (const chunk of chunks) parts.push(new Blob([chunk]));
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return name;
}

async function writeFile(file: SaveFile, chunks: AsyncIterable<string>): Promise<void> {
  const writable = await file.createWritable();
  try {
    for await (const chunk of chunks) await writable.write(chunk);
  } catch (error) {
    await writable.abort();
    throw error;
  }
  await writable.close();
}
