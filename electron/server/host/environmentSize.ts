import { MicroError } from '../../../shared/contract/errors.ts';

/**
 * Longest single string, in bytes with its final NUL, that Linux passes to a new program, be it an argument or a
 * `NAME=value` (MAX_ARG_STRLEN, 32 pages; see execve(2)).
 */
export const MAX_STRING_BYTES_LINUX = 131_072;

/** Longest environment variable of Windows in UTF-16 units (`SetEnvironmentVariable`). */
const MAX_VARIABLE_UNITS_WINDOWS = 32_767;

/** One variable with the bytes that `NAME=value` takes. */
export interface VariableSize {
  name: string;
  bytes: number;
}

/** The variable that takes the most bytes, or undefined when there is none. */
export function biggestVariable(env: Readonly<Record<string, string>>): VariableSize | undefined {
  let biggest: VariableSize | undefined;
  for (const [name, value] of Object.entries(env)) {
    const bytes = Buffer.byteLength(name) + 1 + Buffer.byteLength(value);
    if (!biggest || bytes > biggest.bytes) biggest = { name, bytes };
  }
  return biggest;
}

/** All of it, as the system counts it: each `NAME=value` with its NUL. */
export function environmentBytes(env: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(env)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
  return bytes;
}

/**
 * Refuses, before anything is started, what the system would refuse with a bare `E2BIG`.
 * Throws `launch.environment-too-large` with the name and the bytes of the variable (or the position of the argument).
 */
export function checkSizes(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform === 'win32') {
    for (const [name, value] of Object.entries(env)) {
      if (value.length <= MAX_VARIABLE_UNITS_WINDOWS) continue;
      throw variableTooLarge({ name, bytes: Buffer.byteLength(value) }, 'the limit is 32 767 characters');
    }
    return;
  }
  if (platform !== 'linux') return;
  for (const [name, value] of Object.entries(env)) {
    // A UTF-16 unit takes at most 3 bytes, so most variables need no counting.
    if ((name.length + value.length) * 3 + 2 <= MAX_STRING_BYTES_LINUX) continue;
    const bytes = Buffer.byteLength(name) + 1 + Buffer.byteLength(value);
    if (bytes + 1 > MAX_STRING_BYTES_LINUX) throw variableTooLarge({ name, bytes }, 'the limit is about 128 KiB');
  }
  argv.forEach((argument, index) => {
    const bytes = Buffer.byteLength(argument);
    if (bytes + 1 <= MAX_STRING_BYTES_LINUX) return;
    throw new MicroError(
      'launch.environment-too-large',
      `argument ${index} of the command is ${groupDigits(bytes)} bytes, the limit is about 128 KiB`,
      { next: 'Put the value in a file and pass the name of the file.', details: { argument: index, bytes } },
    );
  });
}

/** The error for `E2BIG`: everything together is too much; names the biggest variable. */
export function totalTooLarge(env: Readonly<Record<string, string>>, cause: unknown): MicroError {
  const biggest = biggestVariable(env);
  const total = environmentBytes(env);
  const named = biggest ? `; the biggest variable is ${biggest.name} with ${groupDigits(biggest.bytes)} bytes` : '';
  return new MicroError(
    'launch.environment-too-large',
    `the environment is ${groupDigits(total)} bytes, more than the system passes to a new process${named}`,
    {
      next: 'Shorten the biggest variables, or keep their values in a file.',
      details: { bytes: total, ...(biggest ? { variable: biggest.name, variableBytes: biggest.bytes } : {}) },
      cause,
    },
  );
}

function variableTooLarge(variable: VariableSize, limit: string): MicroError {
  return new MicroError(
    'launch.environment-too-large',
    `variable ${variable.name} is ${groupDigits(variable.bytes)} bytes, ${limit}`,
    {
      next: `Shorten ${variable.name}, or keep its value in a file and pass the name of the file.`,
      details: { variable: variable.name, bytes: variable.bytes },
    },
  );
}

function groupDigits(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
}
