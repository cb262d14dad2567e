import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';

/**
 * A text that changes when a file below `paths` (relative to the checkout) is added, removed or written: made of name,
 * size and time of change, which is some milliseconds where reading all files would be a second.
 */
export function sourceStamp(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const full = join(root, path);
    let info;
    try {
      info = statSync(full);
    } catch {
      hash.update(`${path} missing\n`);
      return;
    }
    if (!info.isDirectory()) {
      hash.update(`${path} ${info.size} ${info.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(full).sort()) {
      if (name !== 'node_modules') visit(`${path}/${name}`);
    }
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/** The stamp written by {@link writeStamp}, or undefined. */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Keeps a stamp; written aside and renamed, so that a cut-off run leaves none. */
export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, stamp);
  renameSync(`${file}.${process.pid}`, file);
}
