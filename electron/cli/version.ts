import { readFileSync } from 'node:fs';

/**
 * The version of package.json, which stands two folders above both the source and the bundle. Read at run time, so that
 * a release needs one number changed and no build step can forget another.
 */
export const cliVersion: string = (() => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
})();
