/** The last part of a path, whichever system it is of. */
export function baseName(path: string): string {
  return (
    path
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .pop() || path
  );
}

/** A file in a folder, written as the system of the folder does. */
export function fileIn(folder: string, name: string): string {
  const separator = folder.includes('\\') ? '\\' : '/';
  return folder.replace(/[\\/]+$/, '') + separator + name;
}
