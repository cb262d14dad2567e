import { delimiter, sep } from 'node:path';

/** Variables that belong to what started us (Electron, an AppImage, npm, an instance of a server), not to the user. */
const OURS =
  /^(ELECTRON_.*|APPDIR|APPIMAGE|APPIMAGE_.*|ARGV0|OWD|CHROME_DESKTOP|ORIGINAL_XDG_CURRENT_DESKTOP|npm_.*|INIT_CWD|MICRO_(INSTANCE_ID|STORE|EVENTS|REGISTRY|PROFILE|ADVERTISE_HOST|TOKEN|SERVICE_NAME|SERVICE_VERSION|PROXY|GATEWAY|NAMESPACE|URL_.*|SHELL_ENVIRONMENT))$/;

/** Folders that `npm run` puts in front of PATH. */
const NPM_FOLDER = /[\\/]node_modules[\\/](\.bin|npm[\\/].*node-gyp-bin|@npmcli[\\/]run-script[\\/].*node-gyp-bin)$/;

/**
 * The user's own variables: without those of our own start, and, in lists such as PATH and LD_LIBRARY_PATH, without the
 * folders of a mounted AppImage and those that npm added in front. A list that has nothing else left is dropped.
 */
export function cleanEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const appFolder = env['APPDIR'];
  const byNpm = env['npm_lifecycle_event'] !== undefined || env['npm_execpath'] !== undefined;
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || OURS.test(name)) continue;
    const isPath = name.toUpperCase() === 'PATH';
    const fromApp = appFolder !== undefined && appFolder !== '' && value.includes(appFolder);
    if (!fromApp && !(isPath && byNpm)) {
      clean[name] = value;
      continue;
    }
    let entries = value.split(delimiter);
    if (fromApp) entries = entries.filter((entry) => entry !== appFolder && !entry.startsWith(appFolder + sep));
    if (isPath && byNpm) while (NPM_FOLDER.test(entries[0] ?? '')) entries.shift();
    if (entries.some((entry) => entry !== '')) clean[name] = entries.join(delimiter);
  }
  return clean;
}
