import { bundleNames, ensureBundles } from './lib/bundles.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { runScript, SetupError, Steps } from './lib/steps.mjs';

/** `npm run build [name…]`: brings dist/ up to date. Names: desktop, node, sdk, renderer. */
requireNode();
await runScript(async () => {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !bundleNames.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`there is no bundle "${unknown}"; there are: ${bundleNames.join(', ')}`);
  const steps = new Steps(2);
  await steps.run('packages', ensurePackages);
  await steps.run('bundles', async (say) => {
    say('building');
    const built = await ensureBundles(names.length > 0 ? names : bundleNames);
    return built.length > 0 ? `built ${built.join(', ')}` : 'current';
  });
});
