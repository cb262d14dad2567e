import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Arch } from 'electron-builder';
import { makeCodeCache, runtimeNodeFiles } from '../lib/bundles.mjs';
import { root } from '../lib/paths.mjs';

/** Name of the executable on Linux, of its package, and of its entries in the system's folders. */
export const executableName = 'micro-desktop';

/**
 * Switches that are burnt into the executable. Each has its reason in docs/security.md, and `npm run test:packaged` reads
 * them back from what was built.
 */
export const fuses = {
  runAsNode: true,
  enableCookieEncryption: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
};

/**
 * The configuration of electron-builder for all systems.
 * @param {{electron: {executable: string, version: string, isOfficial: boolean} | undefined, thirdParty: string, fast: boolean}} options
 *   electron: the runtime to ship when it is not to be downloaded; thirdParty: file with the licences of what is inside;
 *   fast: compress little
 */
export function builderConfig({ electron, thirdParty, fast }) {
  const scripts = { afterInstall: 'build/packages/afterInstall.sh', afterRemove: 'build/packages/afterRemove.sh' };
  // deb and rpm alone know how to tell the system of a kind of file by its whole name.
  const mime = `${join(root, 'build/packages/micro-desktop.xml')}=/usr/share/mime/packages/${executableName}.xml`;
  return {
    appId: 'dev.micro.desktop',
    productName: 'Micro Desktop',
    copyright: 'Micro Desktop contributors',
    // deb and rpm name one; where the build does not know its repository, the packager leaves it out.
    extraMetadata: {
      homepage: repositoryUrl() ?? 'about:blank',
      desktopName: `${executableName}.desktop`,
      devDependencies: {},
      scripts: {},
    },
    ...(electron && !electron.isOfficial
      ? { electronVersion: electron.version, electronDist: join(electron.executable, '..') }
      : {}),
    // The native parts are N-API and come built.
    npmRebuild: false,
    directories: { output: 'dist/packages', buildResources: 'build/packages' },
    files: ['dist/main.cjs', 'dist/preload.cjs', 'dist/renderer/**', 'dist/sdk/**', ...runtimeNodeFiles(), '!**/*.map'],
    // The server, the command line and services run as plain Node programs, which read neither ES modules nor workers from an
    // archive.
    asarUnpack: ['dist/node/**', 'dist/sdk/**', 'node_modules/**', 'package.json'],
    electronLanguages: ['en-US'],
    electronFuses: fuses,
    extraFiles: [
      { from: 'LICENSE', to: 'LICENSE.txt' },
      { from: thirdParty, to: 'THIRD-PARTY.txt' },
    ],
    extraResources: [
      { from: 'examples/shop', to: 'examples/shop' },
      { from: 'build/packages/bin', to: 'bin' },
      { from: 'build/packages/node', to: 'node' },
    ],
    // A runtime that runs checkouts has an app of its own, which would be found before ours.
    afterExtract: removeDefaultApp,
    afterPack: cacheServerCode,
    protocols: [{ name: 'Micro service', schemes: ['micro'] }],
    // A feed makes electron-builder write what the updater reads; without one, the app looks for nothing.
    publish: process.env.MICRO_UPDATE_FEED ? { provider: 'generic', url: process.env.MICRO_UPDATE_FEED } : null,
    compression: fast ? 'store' : 'normal',
    artifactName: '${name}-${version}-${os}-${arch}.${ext}',
    linux: {
      icon: 'build/icons',
      executableName,
      category: 'Development',
      maintainer: 'Micro Desktop contributors',
      synopsis: 'Run and see a system of microservices on your machine',
      description:
        'One window, one command line and one server for a system of microservices: run, logs, calls, traces, store.',
      mimeTypes: ['application/x-micro-manifest'],
      syncDesktopName: true,
      desktop: { entry: { Keywords: 'microservices;services;logs;' } },
    },
    deb: { ...scripts, fpm: [mime], packageCategory: 'devel', ...(fast ? { compression: 'gz' } : {}) },
    rpm: { ...scripts, fpm: [mime], packageCategory: 'Development/Tools', ...(fast ? { compression: 'gzip' } : {}) },
    toolsets: { appimage: '1.0.3' },
    // Unpacked at each start, as far as it is read: nothing is quicker to unpack for its size.
    appImage: { compression: 'zstd' },
    win: { icon: 'build/icons/512x512.png', target: ['nsis', 'portable'] },
    nsis: {
      perMachine: false,
      oneClick: false,
      allowToChangeInstallationDirectory: true,
      deleteAppDataOnUninstall: false,
    },
    portable: { artifactName: '${name}-${version}-${os}-${arch}-portable.${ext}' },
    mac: {
      icon: 'build/icons/512x512.png',
      category: 'public.app-category.developer-tools',
      target: [
        { target: 'dmg', arch: ['universal'] },
        { target: 'zip', arch: ['universal'] },
      ],
      hardenedRuntime: true,
      entitlements: 'build/packages/entitlements.mac.plist',
      entitlementsInherit: 'build/packages/entitlements.mac.plist',
      notarize: Boolean(process.env.APPLE_ID),
      // Each half of a universal app has the prebuilt files of its own kind of machine.
      x64ArchFiles: '**/node_modules/**/*.node',
      extendInfo: {
        CFBundleDocumentTypes: [
          {
            CFBundleTypeName: 'Folder',
            CFBundleTypeRole: 'Viewer',
            LSHandlerRank: 'None',
            LSItemContentTypes: ['public.folder'],
          },
        ],
      },
    },
  };
}

function repositoryUrl() {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
  return GITHUB_SERVER_URL && GITHUB_REPOSITORY ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` : undefined;
}

async function removeDefaultApp({ appOutDir }) {
  for (const name of ['app', 'default_app.asar']) {
    const path = join(appOutDir, 'resources', name);
    if (existsSync(path)) await rm(path, { recursive: true });
  }
}

/**
 * Has the packaged app compile its server ahead, for it may be installed where nothing can be written. Not for another kind
 * of machine than this, and not for macOS, whose two halves would then differ in a file that is no program.
 */
async function cacheServerCode({ appOutDir, electronPlatformName, arch, packager }) {
  if (electronPlatformName !== process.platform || process.platform === 'darwin' || Arch[arch] !== process.arch) return;
  const name = process.platform === 'win32' ? `${packager.appInfo.productFilename}.exe` : executableName;
  const made = await makeCodeCache(join(appOutDir, name), join(appOutDir, 'resources/app.asar.unpacked/dist/node'));
  if (!made) throw new Error('the packaged app did not start its server to compile it ahead');
}
