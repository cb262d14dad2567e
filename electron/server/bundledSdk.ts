/**
 * The file of the SDK that belongs to this program, for services in Node that have no packages installed; undefined where
 * the program runs from its sources. Services run on a Node of their own, which cannot look into an archive: there, the file
 * stands beside it.
 */
export function bundledSdk(): URL | undefined {
  const own = import.meta.url;
  if (!own.endsWith('.mjs')) return undefined;
  return new URL('../sdk/index.mjs', own.replace('/app.asar/', '/app.asar.unpacked/'));
}
