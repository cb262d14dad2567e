import { dirname, join } from 'node:path';

/**
 * The folder with a `node` that is the packaged app itself, for services on machines without one; undefined outside a
 * packaged app. It lies in the app's resources.
 * @param electron version of the Electron that this process is, if it is one
 * @param bundle folder of the running bundle
 */
export function packagedNodeFolder(
  electron: string | undefined = process.versions['electron'],
  bundle: string = dirname(process.argv[1] ?? ''),
): string | undefined {
  const parts = bundle.split(/[\\/]/);
  if (electron === undefined || !parts.includes('app.asar.unpacked')) return undefined;
  return join(parts.slice(0, parts.indexOf('app.asar.unpacked')).join('/'), 'node');
}
