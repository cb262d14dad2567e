import type { FolderView } from './folderView.ts';
import type { Found } from './found.ts';

/** Lines of a Procfile; the one for development when there are two. */
export async function findProcfile(folder: FolderView): Promise<Found[]> {
  const file = folder.first('Procfile.dev', 'Procfile');
  if (!file) return [];
  const text = (await folder.read(file)) ?? '';
  return text.split(/\r?\n/).flatMap((line, index) => {
    const match = /^([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(line);
    if (!match) return [];
    const [, name, run] = match as unknown as [string, string, string];
    const why = `${file} line ${index + 1}`;
    // A release step of a deployment is run once per release, not beside the rest.
    return [name === 'release' ? { name, run, language: '', why, unlikely: true } : { name, run, language: '', why }];
  });
}
