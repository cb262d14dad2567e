import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { appImagePackages } from './lib/appImageTools.mjs';
import { runCommand } from './lib/commandLine.mjs';
import { installDebian } from './lib/debian.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { packageTargets, targetProblem } from './lib/packageTargets.mjs';
import { root } from './lib/paths.mjs';
import { runScript, seconds, SetupError } from './lib/steps.mjs';
import { setUp } from './setup.mjs';

/**
 * `npm test [KIND…]`: sets up what is missing and runs every check and test, real Electron included. Kinds: check, unit,
 * contract, renderer, integration, headless, smoke, e2e, packaged. The last line is `N passed, N failed`; the exit code is 1 when one failed.
 */
const KINDS = ['check', 'unit', 'contract', 'renderer', 'integration', 'headless', 'smoke', 'e2e', 'packaged'];
/** What the tests of packages start, see build/dist.mjs; little compressed, for it is thrown away. */
const TESTED_PACKAGES = ['dir', 'tar.gz', 'deb', 'rpm', 'AppImage'];
/** Where failed runs in a window leave their pictures and logs. */
const RESULTS = join(root, 'test-results');

/** How long a server that runs inside Electron may take to answer and to end, on a loaded machine. */
const SMOKE_TIMEOUT_MS = 30_000;

/**
 * Tests that may be left out, by the begin of their title: the limit of watches can only be lowered where a user may make
 * namespaces, which containers often forbid; an AppImage, an rpm and images with a compiler need tools that only some systems have.
 */
const MAY_BE_LEFT_OUT = ['FW-06 is said once', 'the AppImage', 'the rpm', 'Go: ', 'Java: '];

const totals = { passed: 0, failed: 0 };
/** What failed, and what failed at first only, by kind and title: said once more at the end, where it is looked for. */
const said = { failed: [], secondTry: [] };

requireNode();
await runScript(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) throw new SetupError(`there is no kind "${unknown}"; there are: ${KINDS.join(', ')}`);
  const kinds = asked.length > 0 ? KINDS.filter((kind) => asked.includes(kind)) : KINDS;
  const startedAt = Date.now();
  let setup;
  try {
    setup = await setUp('test');
  } catch (error) {
    // A machine that cannot run the tests has not passed them.
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
    totals.failed += 1;
    finish(startedAt);
    return;
  }
  rmSync(RESULTS, { recursive: true, force: true });
  for (const kind of kinds) {
    process.stdout.write(`\n── ${kind}\n`);
    if (kind === 'check') await runCheck();
    else if (kind === 'smoke') await runSmoke(setup.electron.executable);
    else if (kind === 'packaged') await runPackaged(setup.electron);
    else await runVitest(kind, setup.electron);
  }
  process.stdout.write(`\nElectron: ${setup.why}\n`);
  finish(startedAt);
});

function finish(startedAt) {
  for (const text of said.secondTry) process.stdout.write(`passed only at the second try: ${text}\n`);
  for (const text of said.failed) process.stdout.write(`FAILED ${text}\n`);
  process.stdout.write(`in ${seconds(startedAt)}\n${totals.passed} passed, ${totals.failed} failed\n`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}

function count(ok, text) {
  totals[ok ? 'passed' : 'failed'] += 1;
  if (!ok) said.failed.push(text);
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${text}\n`);
}

async function runCheck() {
  const { code, output } = await runCommand(process.execPath, [join(root, 'build/check.mjs')], {
    cwd: root,
    onData: (text) => process.stdout.write(text),
  });
  const failed = [...output.matchAll(/^FAILED (.*)/gm)].map((match) => `check: ${match[1]}`);
  if (code !== 0 && failed.length === 0) failed.push(`check: ended with code ${code}`);
  totals.passed += output.match(/^ok /gm)?.length ?? 0;
  totals.failed += failed.length;
  said.failed.push(...failed);
}

/**
 * Runs one project of vitest. Files in which a test failed run once more, alone: what passes then met a machine that was
 * too busy for its deadline, which is named at the end but not counted as failed.
 */
async function runVitest(kind, electron) {
  try {
    const { code, testResults } = await vitest(kind, electron, []);
    const failedFiles = testResults.filter((file) => failuresOf(file).length > 0);
    const again = failedFiles.length === 0 ? [] : await retried(kind, electron, failedFiles);
    const results = testResults.map((file) => again.find(({ name }) => name === file.name) ?? file);
    const tests = results.flatMap((file) => file.assertionResults);
    const passed = tests.filter((test) => test.status === 'passed').length;
    const failed = results.flatMap(failuresOf);
    totals.passed += passed;
    totals.failed += failed.length;
    said.failed.push(...failed.map((title) => `${kind}: ${title}`));
    said.secondTry.push(
      ...failedFiles
        .flatMap(failuresOf)
        .filter((title) => !failed.includes(title))
        .map((title) => `${kind}: ${title}`),
    );
    sayLeftOut(kind, results);
    if (code !== 0 && failedFiles.length === 0) count(false, `${kind}: vitest ended with code ${code}`);
    if (passed === 0 && failed.length === 0) count(false, `${kind}: there was no test`);
  } catch (error) {
    count(false, `${kind}: no result (${error.message})`);
  }
}

/** Packs the app and starts what came of it. Packages for other systems are made and tested on those. */
async function runPackaged(electron) {
  if (process.platform !== 'linux') {
    process.stdout.write('packaged: its tests are for Linux; npm run dist makes the packages of this system\n');
    return;
  }
  const env = { ...process.env, MICRO_ELECTRON: electron.executable };
  await installDebian(['rpm', ...appImagePackages]);
  const targets = [];
  for (const name of TESTED_PACKAGES) {
    const problem = await targetProblem(packageTargets.find((target) => target.name === name));
    if (problem === undefined) targets.push(name);
    else process.stdout.write(`packaged: no ${name}: ${problem}\n`);
  }
  const { code } = await runCommand(process.execPath, [join(root, 'build/dist.mjs'), ...targets, '--fast'], {
    cwd: root,
    env,
    inherit: true,
  });
  count(code === 0, 'packaged: npm run dist');
  if (code === 0) await runVitest('packaged', electron);
}

async function retried(kind, electron, files) {
  process.stdout.write(`\n── ${kind}, second try of ${files.length} ${files.length === 1 ? 'file' : 'files'}\n`);
  const { testResults } = await vitest(
    kind,
    electron,
    files.map((file) => relative(root, file.name)),
  );
  return testResults;
}

/** What the run reported, read from its file, so that a crash is not a pass. */
async function vitest(kind, electron, files) {
  const folder = mkdtempSync(join(tmpdir(), 'micro-test-'));
  const report = join(folder, 'report.json');
  const env = { ...process.env, MICRO_ELECTRON: electron.executable, NODE_ENV: 'test' };
  try {
    const args = ['run', '--project', kind, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await runCommand(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), ...args, ...files],
      { cwd: root, env, inherit: true },
    );
    return { code, testResults: JSON.parse(readFileSync(report, 'utf8')).testResults };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Titles of what failed in a file. One that cannot be loaded has no test in it that could fail, and counts as one. */
function failuresOf(file) {
  const failed = file.assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName);
  return failed.length > 0 || file.status !== 'failed' ? failed : [relative(root, file.name)];
}

/** A test that did not run has shown nothing: it is named, and counts as failed where everything can be installed. */
function sayLeftOut(kind, testResults) {
  for (const { status, title } of testResults.flatMap((file) => file.assertionResults)) {
    if (status === 'passed' || status === 'failed') continue;
    const text = `${kind}: did not run here: ${title}`;
    const isFine = process.platform !== 'linux' || MAY_BE_LEFT_OUT.some((begin) => title.startsWith(begin));
    if (isFine) process.stdout.write(`${text}\n`);
    else count(false, text);
  }
}

/** Starts the bundled server on the Node inside Electron, which is what the packaged app does. */
async function runSmoke(executable) {
  const home = mkdtempSync(join(tmpdir(), 'micro-smoke-'));
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const args = [join(root, 'dist/node/cli.mjs'), 'server', '--home', home, '--gateway', '0', '--proxy', '0', '--json'];
  const child = spawn(executable, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  try {
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
    child.stderr.on('data', (data) => (errors += data));
    const ready = await withTimeout(
      new Promise((resolve) => {
        child.stdout.on('data', (data) => {
          output += data;
          const line = output.split('\n').find((text) => text.includes('"ready"'));
          if (line) resolve(JSON.parse(line));
        });
        void ended.then(() => resolve(undefined));
      }),
    );
    count(ready?.ready === true, `the server starts on the Node of Electron${ready ? '' : `\n${output}${errors}`}`);
    if (!ready) return;
    child.kill('SIGTERM');
    const code = await withTimeout(ended);
    count(code === 0, `and ends in order (${code ?? 'did not end'})`);
  } finally {
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
}

function withTimeout(promise) {
  return Promise.race([
    promise,
    new Promise((resolve) => setTimeout(() => resolve(undefined), SMOKE_TIMEOUT_MS).unref()),
  ]);
}
