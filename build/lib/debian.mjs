import { runCommand } from './commandLine.mjs';
import { onPath } from './display.mjs';

/**
 * Installs packages of Debian that are not there yet, where this user may: root, on a system with apt-get. Resolves when it
 * is done or cannot be done; who needs them says what is missing.
 * @param {string[]} names
 */
export async function installDebian(names) {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return;
  const { output } = await runCommand('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\\n', ...names]);
  const missing = names.filter((name) => !output.includes(`installed ${name}\n`));
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['update'], { env });
  await runCommand('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env });
}
