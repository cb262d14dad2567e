import { execFile } from 'node:child_process';

/** How long a helper program of the system (ps, lsof, PowerShell) may take, ms. PowerShell needs a second to start. */
const PROGRAM_TIMEOUT_MS = 15_000;

/** Most output that is read of a helper program, bytes. A process table with long command lines fits many times. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

/** Runs a program of the system and gives what it wrote to standard output, whatever its exit code. Never rejects. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

/** Runs the real programs, with texts in English. */
export const runProgram: RunProgram = (program, args) =>
  new Promise((resolve) => {
    execFile(
      program,
      [...args],
      {
        timeout: PROGRAM_TIMEOUT_MS,
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
        env: { ...process.env, LC_ALL: 'C' },
      },
      (_error, stdout) => resolve(stdout),
    );
  });
