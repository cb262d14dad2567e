import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Which bundle of dist/; see build/lib/bundles.mjs. */
export type BundleName = 'desktop' | 'node' | 'renderer' | 'sdk';

interface BundlesModule {
  ensureBundles(names: BundleName[]): Promise<string[]>;
}

let ensured: Promise<void> | undefined;

/**
 * Brings bundles up to date before a test uses them, once a test file; several processes at once share the work.
 * Resolves with the folder of the checkout, whose `dist/` then is current.
 */
export async function ensureBundles(...names: BundleName[]): Promise<string> {
  const url = new URL('../../build/lib/bundles.mjs', import.meta.url).href;
  const { ensureBundles: build } = (await import(/* @vite-ignore */ url)) as BundlesModule;
  await build(names);
  return root;
}

/** Path of the bundled `micro` command line, for `node <path> server …`. */
export async function bundledCli(): Promise<string> {
  ensured ??= ensureBundles('node', 'sdk').then(() => {});
  await ensured;
  return `${root}dist/node/cli.mjs`;
}

/** Path of the bundle of a worker file, e.g. `logWorker` for electron/server/logs/logWorker.ts. */
export async function bundledWorker(name: string): Promise<string> {
  await bundledCli();
  return `${root}dist/node/${name}.mjs`;
}
