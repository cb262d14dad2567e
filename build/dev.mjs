import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundles, desktopBuildOptions, dist, nodeBuildOptions, writeOutput } from './lib/bundles.mjs';
import { electronArguments } from './lib/electronRuntime.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { root } from './lib/paths.mjs';
import { runScript, SetupError } from './lib/steps.mjs';
import { setUp } from './setup.mjs';

/**
 * `npm run dev`: the app on the sample project, rebuilt on save. A change of the page is there after a reload (Ctrl-R); one
 * of the server ends the server, which the app starts again; one of the app's main process restarts the app.
 */

/** Several files saved together, e.g. by a formatter, are one change. */
const SETTLE_MS = 150;

requireNode();
await runScript(async () => {
  const { electron, why } = await setUp('start');
  if (!electron) throw new SetupError(`npm run dev needs a window: ${why}`);
  await ensureBundles();
  const { context } = await import('esbuild');
  const { build } = await import('vite');
  let app;
  let isStopping = false;
  const startApp = () => {
    const env = { ...process.env, MICRO_NODE: process.execPath };
    app = spawn(electron.executable, [...electronArguments(), root, '--project', join(root, 'examples/shop')], {
      env,
      stdio: 'inherit',
    });
    app.on('exit', (code) => {
      if (app.replaced) return;
      process.exit(code ?? 0);
    });
  };
  const restartApp = settle(() => {
    const old = app;
    old.replaced = true;
    old.once('exit', startApp);
    old.kill('SIGTERM');
  });
  const stopServer = settle(async () => {
    const { pid } = await serverFile();
    if (pid) process.kill(pid, 'SIGTERM');
  });
  const watch = async (options, name, handleChange) => {
    let isFirst = true;
    const report = {
      name: 'report',
      setup(esbuild) {
        esbuild.onEnd((result) => {
          if (result.errors.length > 0) {
            process.stderr.write(
              `${name}: ${result.errors.map((error) => `${error.location?.file}:${error.location?.line} ${error.text}`).join('\n')}\n`,
            );
            return;
          }
          writeOutput(result);
          if (!isFirst) {
            process.stdout.write(`${name}: built\n`);
            handleChange();
          }
          isFirst = false;
        });
      },
    };
    // What `npm start` finds later is newer than its stamp says.
    rmSync(join(dist, `.stamp-${name}`), { force: true });
    const watching = await context({ ...options, plugins: [report] });
    await watching.watch();
  };
  await watch(desktopBuildOptions(), 'desktop', restartApp);
  await watch(nodeBuildOptions(), 'node', stopServer);
  // The server as one file would stay as it is; without it, the app starts the one that is rebuilt.
  rmSync(join(dist, 'node/server.cjs'), { force: true });
  rmSync(join(dist, '.stamp-renderer'), { force: true });
  const page = await build({
    configFile: join(root, 'build/vite.renderer.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(dist, 'renderer'), emptyOutDir: false, watch: {} },
  });
  page.on('event', (event) => {
    if (event.code === 'ERROR') process.stderr.write(`renderer: ${event.error.message}\n`);
    if (event.code === 'END') process.stdout.write('renderer: built; reload the window with Ctrl-R\n');
  });
  startApp();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      app.kill('SIGTERM');
    });
  }
});

async function serverFile() {
  const { readFile } = await import('node:fs/promises');
  const { homedir } = await import('node:os');
  const home = process.env.MICRO_HOME ?? join(homedir(), '.micro');
  return JSON.parse(await readFile(join(home, 'server.json'), 'utf8').catch(() => '{}'));
}

/** Calls `action` once changes have settled. */
function settle(action) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => void action(), SETTLE_MS);
  };
}
