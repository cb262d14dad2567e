import { serverStore } from './serverState.ts';

/** Where home folders usually are, for as long as the server has not said which one is the user's. */
const usualHome = /^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root|[A-Za-z]:\\Users\\[^\\]+)(?=[/\\]|$)/;

/** Shortens `home` at the start of a path to `~`; `/home/ann/code/shop` becomes `~/code/shop`. */
export function shortenPath(path: string, home: string): string {
  if (home === '') return path.replace(usualHome, '~');
  const folder = home.replace(/[\\/]+$/, '');
  if (folder === '' || !path.startsWith(folder)) return path;
  const rest = path.slice(folder.length);
  return rest === '' || /^[\\/]/.test(rest) ? `~${rest}` : path;
}

/** A path of the server's machine for reading: the home folder of its user is `~`. */
export function shortPath(path: string): string {
  return shortenPath(path, serverStore.getState().server?.userHome ?? '');
}
