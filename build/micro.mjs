#!/usr/bin/env node
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { bundleIsCurrent, dist, ensureBundles } from './lib/bundles.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { packagesAreCurrent } from './lib/packages.mjs';
import { runScript, SetupError } from './lib/steps.mjs';

/** `micro` in a checkout: brings the bundle of the command line up to date when its sources changed, then runs it. */
requireNode();
await runScript(async () => {
  if (bundleIsCurrent('node') && bundleIsCurrent('sdk')) return;
  if (!packagesAreCurrent()) throw new SetupError('The packages are not installed. Run: npm ci');
  process.stderr.write('building micro …\n');
  await ensureBundles(['node', 'sdk']);
});
await import(pathToFileURL(join(dist, 'node/cli.mjs')).href);
