/** The part of the File System Access API that is used; browsers without it get a download. */
interface SaveFile {
  createWritable(): Promise<{ write(part: FilePart): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
  readonly name: string;
}

declare global {
  interface Window {
    showSaveFilePicker?: (options: { suggestedName: string }) => Promise<SaveFile>;
  }
}

/** A piece of a file. */
export type FilePart = string | Uint8Array<ArrayBuffer>;

/**
 * Writes pieces to a file the user chooses, as they come: the window never holds all of them. Where a page may not write
 * files, the browser downloads one. Returns the name of the file; undefined when the user chose none.
 */
export async function saveFile(
  name: string,
  type: string,
  parts: AsyncIterable<FilePart>,
): Promise<string | undefined> {
  if (window.showSaveFilePicker) {
    let file: SaveFile;
    try {
      file = await window.showSaveFilePicker({ suggestedName: name });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return undefined;
      throw error;
    }
    await writeFile(file, parts);
    return file.name;
  }
  const blobs: Blob[] = [];
  for await (const part of parts) blobs.push(new Blob([part]));
  const url = URL.createObjectURL(new Blob(blobs, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return name;
}

async function writeFile(file: SaveFile, parts: AsyncIterable<FilePart>): Promise<void> {
  const writable = await file.createWritable();
  try {
    for await (const part of parts) await writable.write(part);
  } catch (error) {
    await writable.abort();
    throw error;
  }
  await writable.close();
}
