#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { controlFile, parsePackageArguments, specFile } from './packageFiles.mjs';

/**
 * What electron-builder asks of fpm, a packager that most machines lack: a deb or rpm out of a folder. Done with the
 * systems' own tools, dpkg-deb and rpmbuild. MICRO_PACKAGE_LEVEL: 1 for fast, 9 for small.
 */
const asked = parsePackageArguments(process.argv.slice(2));
const level = process.env.MICRO_PACKAGE_LEVEL ?? '6';
// Beside the package: hard links, which take no time, do not reach from one disk to another.
const work = mkdtempSync(join(dirname(asked.package), '.package-'));
try {
  const tree = join(work, 'tree');
  for (const { from, to } of asked.files) place(from, join(tree, to));
  if (asked.type === 'deb') buildDeb(tree);
  else buildRpm(tree);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function place(from, to) {
  if (!from.endsWith('/')) {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    chmodSync(to, 0o644);
    return;
  }
  mkdirSync(to, { recursive: true });
  try {
    run('cp', ['-al', `${from}.`, to]);
  } catch {
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }
}

function buildDeb(tree) {
  const kilobytes = Number(/^\d+/.exec(run('du', ['-sk', tree]))?.[0]);
  const control = join(tree, 'DEBIAN');
  mkdirSync(control);
  writeFileSync(join(control, 'control'), controlFile(asked, kilobytes));
  for (const [script, name] of [
    [asked.afterInstall, 'postinst'],
    [asked.afterRemove, 'postrm'],
  ]) {
    if (script === undefined) continue;
    copyFileSync(script, join(control, name));
    chmodSync(join(control, name), 0o755);
  }
  const kind = { gz: 'gzip', zstd: 'zstd' }[asked.compression] ?? 'xz';
  run('dpkg-deb', ['--root-owner-group', `-Z${kind}`, `-z${level}`, '--build', tree, asked.package]);
}

function buildRpm(tree) {
  const spec = join(work, 'package.spec');
  const script = (file) => (file === undefined ? '' : readFileSync(file, 'utf8'));
  const payload = asked.compression === 'gzip' ? `w${level}.gzdio` : `w${level}.xzdio`;
  writeFileSync(
    spec,
    specFile(asked, {
      payload,
      paths: listPaths(tree),
      post: script(asked.afterInstall),
      postun: script(asked.afterRemove),
    }),
  );
  const top = mkdtempSync(join(tmpdir(), 'rpm-'));
  try {
    run('rpmbuild', [
      '-bb',
      '--quiet',
      '--noclean',
      '--target',
      `${asked.architecture}-linux`,
      '--buildroot',
      tree,
      '--define',
      `_topdir ${top}`,
      spec,
    ]);
    const folder = join(top, 'RPMS', asked.architecture);
    const [built] = readdirSync(folder);
    copyFileSync(join(folder, built), asked.package);
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

/** Files of the tree and the folders that are ours alone, as absolute paths of the installed package. */
function listPaths(tree, path = '') {
  return readdirSync(join(tree, path), { withFileTypes: true }).flatMap((entry) => {
    const inside = `${path}/${entry.name}`;
    if (!entry.isDirectory()) return [{ path: inside, isFolder: false }];
    const isOurs = inside.startsWith('/opt/');
    return [...(isOurs ? [{ path: inside, isFolder: true }] : []), ...listPaths(tree, inside)];
  });
}

function run(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(`${basename(program)}: ${error.stderr?.trim() || error.message}`);
  }
}
