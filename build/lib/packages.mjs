import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, runCommand } from './commandLine.mjs';
import { root } from './paths.mjs';
import { SetupError } from './steps.mjs';

/**
 * Whether node_modules holds what package-lock.json asks for. npm notes at the end of each install what it installed, so
 * an install that was cut off, or was made by hand, is seen for what it is. Packages that are optional may be absent:
 * most of them are for other systems.
 */
export function packagesAreCurrent(folder = root) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const present = readPackages(join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    const installed = present[path];
    if (installed === undefined) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return installed.version === entry.version && existsSync(join(folder, path));
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Installs the packages of the lock file when they are not there. Resolves with what was done, in words. */
export async function ensurePackages(say) {
  if (packagesAreCurrent()) return 'already installed';
  say('npm ci');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = await runCommand(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
  if (result.code !== 0) {
    throw new SetupError(`npm ci failed with code ${result.code}:\n${lastLines(result.output, 30)}`);
  }
  return 'installed';
}
