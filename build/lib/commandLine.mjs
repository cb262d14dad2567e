import { spawn } from 'node:child_process';

/**
 * Runs a program to its end. Resolves with its exit code and what it printed (stdout and stderr together, in order of
 * arrival); a program that cannot be started counts as code 127 with the reason as output. With `inherit` the output
 * goes straight to ours.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, inherit?: boolean, timeoutMs?: number, onData?: (text: string) => void}} [options]
 * @returns {Promise<{code: number, output: string, timedOut: boolean}>}
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // npm and the tools of node_modules/.bin are .cmd files on Windows, which only a shell can start.
      shell: process.platform === 'win32' && !/\.exe$/i.test(command),
    });
    const take = (data) => {
      output += data;
      options.onData?.(String(data));
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    const timer = options.timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, options.timeoutMs)
      : undefined;
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}\n`, timedOut });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? (signal ? 1 : 0), output, timedOut });
    });
  });
}

/** The value that follows `--name`, or undefined. */
export function optionValue(argv, name) {
  const index = argv.indexOf(name);
  return index >= 0 ? argv[index + 1] : undefined;
}

/** The last `count` lines of a text, for messages about a program that failed. */
export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
