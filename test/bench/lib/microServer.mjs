import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Starts `micro server` with a home of its own and resolves with its ready line and how to stop it. Ports are free ones.
 * @returns {Promise<{ready: {gateway: string, proxy: string, pid: number}, child: import('node:child_process').ChildProcess, stop: () => Promise<void>}>}
 */
export function startMicroServer(root, home, args = []) {
  const words = [
    join(root, 'dist/node/cli.mjs'),
    'server',
    '--home',
    home,
    '--gateway',
    '0',
    '--proxy',
    '0',
    '--json',
    ...args,
  ];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return new Promise((resolve, reject) => {
    let text = '';
    let errors = '';
    child.stderr.on('data', (data) => (errors += data));
    child.stdout.on('data', (data) => {
      text += data;
      const line = text.split('\n').find((part) => part.includes('"ready"'));
      if (line) resolve({ ready: JSON.parse(line), child, stop });
    });
    void ended.then((code) => reject(new Error(`micro server ended with code ${code}: ${errors}`)));
  });
}
