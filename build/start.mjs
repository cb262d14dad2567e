import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { optionValue } from './lib/commandLine.mjs';
import { electronArguments } from './lib/electronRuntime.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { root } from './lib/paths.mjs';
import { runScript, SetupError } from './lib/steps.mjs';
import { setUp } from './setup.mjs';

/** Signals within this time, ms, come from one press of the key. */
const SAME_KEY_MS = 500;

/**
 * `npm start`: sets up what is missing, then opens the app on the sample project with its services running.
 * `npm start -- --project DIR` opens another folder, `--browser` shows the app in the browser instead of a window.
 */
requireNode();
await runScript(async () => {
  const argv = process.argv.slice(2);
  const project = resolve(optionValue(argv, '--project') ?? join(root, 'examples/shop'));
  if (!existsSync(project)) throw new SetupError(`there is no folder ${project}`);
  const { electron } = await setUp('start');
  // In a group of its own the child hears of Ctrl-C from us alone. On Windows the console tells all of them.
  const detached = process.platform !== 'win32';
  const useBrowser = argv.includes('--browser') || electron === undefined;
  const env = ownEnvironment();
  const child = useBrowser
    ? spawn(process.execPath, [join(root, 'dist/node/cli.mjs'), 'server', '--ui', '--project', project], {
        stdio: 'inherit',
        detached,
        env,
      })
    : spawn(electron.executable, [...electronArguments(), root, '--project', project], {
        stdio: ['inherit', 'inherit', 'pipe'],
        detached,
        env: { ...env, MICRO_NODE: process.execPath },
      });
  // Chromium complains about every service of a desktop that a container lacks; the app's own words are kept.
  child.stderr?.on('data', (data) => {
    const lines = String(data)
      .split('\n')
      .filter((line) => line !== '' && !/^\[\d+:\d+\/[\d.]+:(ERROR|WARNING|INFO):/.test(line));
    if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  });
  process.stdout.write(
    useBrowser
      ? 'Starting the server; Ctrl-C stops everything.\n'
      : `Opening the app on ${project}; Ctrl-C stops everything.\n`,
  );
  passSignalsTo(child);
  const code = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (status, signal) => done(status ?? (signal ? 1 : 0)));
  });
  process.exitCode = code;
});

/**
 * Passes on what ends us, and waits for the child to stop its services in order. One Ctrl-C arrives twice under npm, from
 * the terminal and from npm; the child must not take the second for the wish to end at once.
 */
function passSignalsTo(child) {
  let passedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (Date.now() - passedAt < SAME_KEY_MS || process.platform === 'win32') return;
      passedAt = Date.now();
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    });
  }
}

/** The environment without what npm put there for its scripts: services of the user must not see it. */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)));
}
