import { ensureBundles } from './lib/bundles.mjs';
import { ensureDisplayTools, hasDisplay, missingLibraries } from './lib/display.mjs';
import { ensureElectron } from './lib/electronRuntime.mjs';
import { ensureEngines } from './lib/engines.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { SetupError, Steps } from './lib/steps.mjs';

/**
 * @typedef {object} Setup
 * @property {import('./lib/electronRuntime.mjs').ElectronRuntime | undefined} electron undefined: the browser has to do
 * @property {string} why which way of showing the app was chosen, and why; one line
 */

/**
 * Everything that a first run needs: packages, bundles, a runtime. Each step looks first and does only what is missing.
 * @param {'start' | 'test'} purpose a test needs a real window and fails without; a start can make do with a browser
 * @returns {Promise<Setup>}
 */
export async function setUp(purpose) {
  const steps = new Steps(purpose === 'test' ? 5 : 3);
  await steps.run('packages', ensurePackages);
  await steps.run('bundles', async (say) => {
    say('building');
    const built = await ensureBundles();
    return built.length > 0 ? `built ${built.join(', ')}` : 'current';
  });
  let electron;
  let why = '';
  await steps.run('runtime', async (say) => {
    if (purpose === 'start' && !hasDisplay()) {
      why = 'the browser, as there is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set)';
      return why;
    }
    const found = await ensureElectron(say);
    if (found.executable === undefined) {
      if (purpose === 'test') throw new SetupError(`No Electron to test with: ${found.why}.`);
      why = `the browser, as ${found.why}`;
      return why;
    }
    const missing = purpose === 'start' ? await missingLibraries(found.executable) : [];
    if (missing.length > 0) {
      why = `the browser, as Electron needs libraries that are not installed: ${missing.join(', ')} (on Debian: sudo apt-get install libgtk-3-0 libnss3 libasound2 libgbm1)`;
      return why;
    }
    electron = found;
    why = found.why;
    return why;
  });
  if (purpose === 'test') {
    await steps.run('virtual screen', async (say) => {
      const result = await ensureDisplayTools(electron?.executable, say);
      if (result.problem) throw new SetupError(result.problem);
      return result.done;
    });
    await steps.run('engines', ensureEngines);
  }
  return { electron, why };
}
