import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

/** The programs that people use for hot reload of Node services, at the versions that were measured. */
const RELOADERS = { nodemon: '3.1.14', pm2: '7.0.4', tsx: '4.23.15' };

/**
 * Installs packages (name to exact version) into a folder of their own, `dist/bench-peers/<set>`, once. Returns the folder
 * of the packages; throws when they cannot be had.
 */
export function ensurePackages(root, set, packages, say) {
  const folder = join(root, 'dist/bench-peers', set);
  const manifest = JSON.stringify({ private: true, dependencies: packages }, null, 2);
  const file = join(folder, 'package.json');
  const installed = join(folder, 'node_modules');
  const isThere = existsSync(file) && readFileSync(file, 'utf8') === manifest;
  if (isThere && Object.keys(packages).every((name) => existsSync(join(installed, name)))) return installed;
  const named = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  say(`installing ${named.join(', ')}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, manifest);
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
  const { status } = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', words, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${named.join(', ')} could not be installed`);
  return installed;
}

/** {@link ensurePackages} for what reloads Node services. */
export function ensureReloaders(root, say) {
  return ensurePackages(root, 'reloaders', RELOADERS, say);
}
