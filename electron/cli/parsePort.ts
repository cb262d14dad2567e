import { usageError } from './usageError.ts';

/** The port of an option; undefined when it was not given. 0 stands for any free one. */
export function parsePort(option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (/^\d+$/.test(String(value)) && port <= 65535) return port;
  throw usageError(`--${option} "${String(value)}" is not a port`, 'give a number from 0 (any free port) to 65535');
}
