import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** What installed apps read to see whether there is a newer one; `latest-linux.yml` and its like. */
const UPDATE_INFO = /^latest.*\.yml$/;

/**
 * The update information of a folder by file name. Each target is packed on its own and writes the file anew, so it is kept
 * before and put together afterwards: an AppImage that finds nothing but an rpm in it never updates.
 */
export function readUpdateInfo(folder) {
  const names = readdirSync(folder).filter((name) => UPDATE_INFO.test(name));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Adds to the update information of a folder what it said before. */
export function addUpdateInfo(folder, before) {
  for (const [name, text] of readUpdateInfo(folder)) {
    const earlier = before.get(name);
    if (earlier !== undefined && earlier !== text) writeFileSync(join(folder, name), mergedUpdateInfo(earlier, text));
  }
}

/** Both texts as one. A zip goes first, by which macOS updates; otherwise the earlier target does, whose name older versions read. */
export function mergedUpdateInfo(earlier, later) {
  const [one, two] = [parse(earlier), parse(later)];
  if (one.version !== two.version) return later;
  const isZip = ({ files }) => files.some(({ url }) => url.endsWith('.zip'));
  const [first, second] = isZip(two) && !isZip(one) ? [two, one] : [one, two];
  const known = new Set(first.files.map(({ url }) => url));
  return stringify({ ...first, files: [...first.files, ...second.files.filter(({ url }) => !known.has(url))] });
}
