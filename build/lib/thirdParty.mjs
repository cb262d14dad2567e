import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/** Folders whose imports end up in what is shipped. */
const SHIPPED = ['electron', 'renderer', 'shared'];
/** Ships with licence files of its own, which lie beside the executable. */
const WITH_OWN_FILES = new Set(['electron']);
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/**
 * The text of THIRD-PARTY.txt: every package that the shipped code imports and all that those need, out of the lock file,
 * with version, licence and its text. Throws when one does not say its licence.
 */
export function thirdPartyText() {
  const packages = shippedPackages();
  const parts = packages.map(({ path, name, version }) => {
    const { license, licenses } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const named = license?.type ?? license ?? licenses?.map((entry) => entry.type).join(' OR ');
    const texts = readdirSync(join(root, path))
      .filter((file) => LICENCE_FILE.test(file))
      .map((file) => readFileSync(join(root, path, file), 'utf8').trim());
    if (!named && texts.length === 0) throw new Error(`${name} ${version} does not say its licence`);
    return [`${name} ${version}`, `Licence: ${named ?? 'see below'}`, ...texts].join('\n\n');
  });
  const line = `\n\n${'-'.repeat(80)}\n\n`;
  return `Micro Desktop contains the following packages. Electron and Chromium have files of their own beside this one.${line}${parts.join(line)}\n`;
}

/** @returns {{path: string, name: string, version: string}[]} sorted by name; path relative to the checkout */
export function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const seen = new Map();
  const visit = (name, from) => {
    const path = installedPath(name, from, packages);
    // Optional parts for other systems are in the lock file, and in no package of this one.
    if (
      path === undefined ||
      name.startsWith('@types/') ||
      seen.has(path) ||
      !existsSync(join(root, path, 'package.json'))
    )
      return;
    const entry = packages[path];
    seen.set(path, { path, name, version: entry.version });
    const needs = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies };
    for (const needed of Object.keys(needs)) visit(needed, path);
  };
  const direct = importedPackages();
  for (const name of Object.keys({ ...packages[''].dependencies, ...packages[''].devDependencies })) {
    if (direct.has(name) || packages[''].dependencies[name] !== undefined) visit(name, '');
  }
  return [...seen.values()].sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

/** Where Node would find a package from within another: nested first, then further out. */
function installedPath(name, from, packages) {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

function importedPackages() {
  const found = new Set();
  const visit = (path) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const inside = `${path}/${entry.name}`;
      if (entry.isDirectory()) visit(inside);
      else if (/\.(tsx?|css)$/.test(entry.name)) {
        const text = readFileSync(join(root, inside), 'utf8');
        for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*['"]((?:@[^/'"]+\/)?[^./'"][^/'"]*)/g))
          found.add(name);
      }
    }
  };
  for (const folder of SHIPPED) visit(folder);
  for (const name of WITH_OWN_FILES) found.delete(name);
  return found;
}
