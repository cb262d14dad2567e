import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What decides whether this copy of the app can replace itself. */
export interface InstalledAs {
  platform: NodeJS.Platform;
  /** The AppImage that was started (variable APPIMAGE), or undefined. */
  appImage: string | undefined;
  /** `deb` or `rpm` where a package manager put the app there, else undefined. */
  packageType: string | undefined;
  /** Folder of the executable. */
  folder: string;
}

/**
 * Why an update could not be installed, with what to do; undefined when it can. Asked before anything is downloaded, so
 * that nobody waits for what then does nothing.
 */
export async function installProblem(
  installed: InstalledAs,
  canWrite: (path: string) => Promise<boolean> = isWritable,
): Promise<string | undefined> {
  const { platform, appImage, packageType, folder } = installed;
  if (platform === 'linux' && appImage !== undefined) {
    if ((await canWrite(dirname(appImage))) && (await canWrite(appImage))) return undefined;
    return `${appImage} cannot be replaced: it was moved, or you may not write in its folder. Move it to a folder of yours, e.g. ~/Applications, and start it from there.`;
  }
  if (packageType === 'deb' || packageType === 'rpm') return undefined;
  if (platform === 'linux') {
    return `this copy was unpacked to ${folder}; unpack the new version in its place.`;
  }
  if (platform === 'darwin' && !(await canWrite(folder))) {
    return `you may not write in ${folder}. Move the app to your Applications folder and start it from there.`;
  }
  return undefined;
}

function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** A feed is a folder on a web server; anything else is no feed. Plain http only on this machine, where nobody is between. */
export function feedUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    const url = new URL(text);
    const isLocal = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
