import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './commandLine.mjs';
import { onPath } from './display.mjs';

/** Where system programs are, which the PATH of a user may leave out. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];
/** Debian keeps the programs of each version of PostgreSQL in a folder of their own. */
const POSTGRES_FOLDER = '/usr/lib/postgresql';

/** The engines that tests start, with the Debian package of each. */
const ENGINES = [
  // Images are built and pushed for real.
  { package: 'podman', isThere: () => found('podman') },
  { package: 'buildah', isThere: () => found('buildah') },
  { package: 'runc', isThere: () => found('runc') },
  { package: 'docker-registry', isThere: () => found('docker-registry') },
  { package: 'busybox-static', isThere: () => found('busybox') },
  { package: 'postgresql', isThere: () => found('postgres') || inPostgresFolder() },
  { package: 'nats-server', isThere: () => found('nats-server') },
  { package: 'etcd-server', isThere: () => found('etcd') },
];

/**
 * Installs the engines that tests start, when they are missing and we may. Where they stay missing, their tests say so and
 * fail: the others are as good as ever. Resolves with what was done, in words.
 */
export async function ensureEngines(say) {
  const missing = () => ENGINES.filter(({ isThere }) => !isThere()).map((engine) => engine.package);
  const before = missing();
  if (before.length === 0) return 'present';
  const command = ['apt-get', 'install', '-y', '--no-install-recommends', ...before];
  if (process.getuid?.() !== 0 || !onPath('apt-get'))
    return `missing, so their tests will fail: ${before.join(', ')}. On Debian: sudo ${command.join(' ')}`;
  say(command.join(' '));
  // Installed, not started: each test has its own, in a folder of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await runCommand('apt-get', ['update'], { env });
  await runCommand(command[0], command.slice(1), { env });
  const after = missing();
  return after.length === 0 ? `installed ${before.join(', ')}` : `could not be installed: ${after.join(', ')}`;
}

function found(name) {
  const path = [process.env.PATH ?? '', ...SYSTEM_FOLDERS].join(delimiter);
  return onPath(name, { PATH: path }) !== undefined;
}

function inPostgresFolder() {
  if (!existsSync(POSTGRES_FOLDER)) return false;
  return readdirSync(POSTGRES_FOLDER).some((version) => existsSync(join(POSTGRES_FOLDER, version, 'bin', 'postgres')));
}
