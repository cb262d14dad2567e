import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { lastLines, runCommand } from './commandLine.mjs';

/** What real Electron windows need on a bare Debian machine, beside what its base images hold. */
const WINDOW_PACKAGES = ['xvfb', 'xauth', 'libgtk-3-0'];
/**
 * Login shells whose environment the tests read, the editor whose way of saving they try, and a window manager, without
 * which no window can be maximised.
 */
const PROGRAMS = ['zsh', 'fish', 'tcsh', 'vim', 'openbox'];
/** What is no program but a folder: the debugger of Python that the tests attach to. */
const MODULES = [{ name: 'python3-debugpy', folder: '/usr/lib/python3/dist-packages/debugpy' }];
/** All of them, as packages of Debian and Ubuntu. */
export const DEBIAN_PACKAGES = [...WINDOW_PACKAGES, ...PROGRAMS, ...MODULES.map(({ name }) => name)];
/** Screen of the tests. Larger than the window at its usual 1280×800, so that a window has an outside. */
const SCREEN = '1600x1000x24';
/** Xvfb is ready in well under a second; this much only on a machine in trouble. */
const READY_TIMEOUT_MS = 20_000;

/** Whether windows can be shown to a person here. */
export function hasDisplay(env = process.env) {
  return process.platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Full path of a program on PATH, or undefined. */
export function onPath(name, env = process.env) {
  return (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** Shared libraries that an executable needs and the system lacks. Empty where that cannot be asked. */
export async function missingLibraries(executable) {
  if (process.platform !== 'linux') return [];
  const { output } = await runCommand('ldd', [executable]);
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

/**
 * Installs Xvfb, the libraries of Electron and the programs of the tests when they are missing and we may. Resolves with a
 * problem, which tells the exact command, when they stay missing.
 * @returns {Promise<{done: string} | {problem: string}>}
 */
export async function ensureDisplayTools(executable, say) {
  if (process.platform !== 'linux') return { done: 'not needed on this system' };
  const missing = async () => [
    ...(onPath('Xvfb') ? [] : ['Xvfb']),
    ...(onPath('xauth') ? [] : ['xauth']),
    ...PROGRAMS.filter((program) => !onPath(program)),
    ...MODULES.filter(({ folder }) => !existsSync(folder)).map(({ name }) => name),
    ...(executable ? await missingLibraries(executable) : []),
  ];
  const before = await missing();
  if (before.length === 0) return { done: 'present' };
  const command = `apt-get install -y ${DEBIAN_PACKAGES.join(' ')}`;
  const problem = `missing for the tests: ${before.join(', ')}. Install: sudo ${command}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return { problem };
  say(command);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['update'], { env });
  const result = await runCommand('apt-get', ['install', '-y', '--no-install-recommends', ...DEBIAN_PACKAGES], { env });
  const after = await missing();
  if (after.length === 0) return { done: `installed ${DEBIAN_PACKAGES.join(', ')}` };
  return { problem: `${problem}\n${lastLines(result.output, 5)}` };
}

/**
 * Starts an own virtual screen. Resolves with its name (`:123`) once it takes connections; `stop` ends it.
 * @returns {Promise<{display: string, stop: () => void}>}
 */
export function startVirtualDisplay() {
  return new Promise((resolve, reject) => {
    // Xvfb picks a free number itself and writes it to the descriptor once it is ready.
    const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    let number = '';
    const timer = setTimeout(() => fail(`not ready after ${READY_TIMEOUT_MS / 1000} s`), READY_TIMEOUT_MS);
    const stop = () => child.kill('SIGTERM');
    const fail = (reason) => {
      clearTimeout(timer);
      stop();
      reject(new Error(`Xvfb: ${reason}\n${errors}`));
    };
    child.stderr.on('data', (data) => (errors += data));
    child.on('error', (error) => fail(error.message));
    child.on('exit', (code) => fail(`ended with code ${code}`));
    child.stdio[3].on('data', (data) => {
      number += data;
      if (!number.includes('\n')) return;
      clearTimeout(timer);
      process.once('exit', stop);
      resolve({ display: `:${number.trim()}`, stop });
    });
  });
}
