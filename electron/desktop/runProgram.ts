import { spawn } from 'node:child_process';

/** Runs a program of the system to its end, with nothing read or shown; rejects when it cannot be started or fails. */
export function runProgram(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore', windowsHide: true });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with code ${code}`))));
  });
}
