import { join } from 'node:path';
import { appImageProblem } from './appImageTools.mjs';
import { dist } from './bundles.mjs';
import { onPath } from './display.mjs';
import { canReach } from './electronRuntime.mjs';
import { root } from './paths.mjs';

/** Where electron-builder has the tools of its own from. */
const TOOLS_URL = 'https://github.com/';

const needsProgram = (program, hint) => async () =>
  onPath(program) ? undefined : `${program} is not installed (${hint})`;
const needsTools = (what) => async () => {
  const { ok, reason } = await canReach(TOOLS_URL);
  return ok ? undefined : `${what} come from ${new URL(TOOLS_URL).host}, which cannot be reached (${reason})`;
};
const always = async () => undefined;

/**
 * What the app is packed into, by system. deb and rpm come last, since they leave a note for the updater in the folder.
 * `problem` says why it cannot be made on this machine, or nothing.
 * @type {{name: string, platform: NodeJS.Platform, what: string, problem: () => Promise<string | undefined>}[]}
 */
export const packageTargets = [
  { name: 'dir', platform: 'linux', what: 'folder', problem: always },
  { name: 'tar.gz', platform: 'linux', what: 'archive', problem: always },
  { name: 'zip', platform: 'linux', what: 'archive', problem: always },
  {
    name: 'AppImage',
    platform: 'linux',
    what: 'any Linux',
    problem: async () => appImageProblem(),
  },
  { name: 'deb', platform: 'linux', what: 'Debian, Ubuntu', problem: needsProgram('dpkg-deb', 'apt-get install dpkg') },
  {
    name: 'rpm',
    platform: 'linux',
    what: 'Fedora, openSUSE',
    problem: needsProgram('rpmbuild', 'apt-get install rpm'),
  },
  {
    name: 'nsis',
    platform: 'win32',
    what: 'installer',
    problem: needsTools('Electron and the installer tools for Windows'),
  },
  { name: 'portable', platform: 'win32', what: 'one file', problem: needsTools('Electron and the tools for Windows') },
  { name: 'dmg', platform: 'darwin', what: 'disk image', problem: needsTools('Electron for macOS') },
  { name: 'zip-mac', platform: 'darwin', what: 'archive, for updates', problem: needsTools('Electron for macOS') },
];

/** Why a target cannot be made on this machine, or undefined when it can. */
export async function targetProblem(target) {
  if (target.platform === process.platform) return target.problem();
  const system = { darwin: 'macOS', win32: 'Windows', linux: 'Linux' }[target.platform];
  return `it is made on ${system}: the release workflow does it`;
}

/** Where the tools for an AppImage are laid out. */
export const appImageTools = join(dist, 'appimage-tools');

/** Environment that points electron-builder to tools of the npm packages and of ours, so that it downloads none for them. */
export function builderEnvironment(fast) {
  const env = { ...process.env };
  if (process.platform === 'linux' && process.arch === 'x64') {
    env.ELECTRON_BUILDER_7ZIP_PATH = join(root, 'node_modules/7zip-bin/linux/x64/7za');
    env.CUSTOM_FPM_PATH = join(root, 'build/packages/fpm.mjs');
  }
  env.APPIMAGE_TOOLS_PATH = appImageTools;
  if (fast) {
    env.ELECTRON_BUILDER_COMPRESSION_LEVEL = '1';
    env.MICRO_PACKAGE_LEVEL = '1';
  }
  return env;
}
