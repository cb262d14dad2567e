import type { FolderView } from './folderView.ts';
import type { Found } from './found.ts';

/** Go files of a folder that are looked at for `package main`; all of a folder belong to one package, save tests. */
const maxFiles = 3;

/** Folders with a Go main package, run from the root of their module. */
export async function findGoMains(folder: FolderView): Promise<Found[]> {
  const sources = [...folder.files].filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'));
  if (sources.length === 0) return [];
  const first = sources.includes('main.go') ? ['main.go'] : sources.slice(0, maxFiles);
  const texts = await Promise.all(first.map((name) => folder.read(name)));
  if (!texts.some((text) => text !== undefined && /^package main\b/m.test(text) && !isGenerator(text))) return [];
  const root = [...folder.upward()].find((view) => view.files.has('go.mod'));
  if (!root || root === folder) {
    const why = root ? 'Go main package of go.mod' : 'Go main package without go.mod';
    return [{ run: root ? 'go run .' : `go run ${first[0] ?? '.'}`, language: 'go', why, ...nameOf(folder) }];
  }
  const inside = folder.relative.slice(root.relative === '' ? 0 : root.relative.length + 1);
  return [
    {
      path: root.relative,
      ...nameOf(folder),
      run: `go run ./${inside}`,
      language: 'go',
      why: `Go main package in ${folder.relative}`,
    },
  ];
}

/** `//go:build ignore` marks files that are run by hand, e.g. generators. */
function isGenerator(text: string): boolean {
  return /^\/\/go:build ignore\b/m.test(text);
}

/** `cmd/` is only where mains lie; what it holds has the name. */
function nameOf(folder: FolderView): { name?: string } {
  const names = folder.relative.split('/').filter((name) => name !== 'cmd' && name !== '');
  const name = names.at(-1);
  return name ? { name } : {};
}
