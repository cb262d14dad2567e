import { usageError } from './usageError.ts';

/** The number of an option, from 0 on; `absent` when it was not given. */
export function parseCount(option: string, value: unknown, absent: number): number {
  if (value === undefined) return absent;
  const number = Number(value);
  if (/^\d+$/.test(String(value)) && Number.isSafeInteger(number)) return number;
  throw usageError(`--${option} "${String(value)}" is not a whole number from 0 on`, `e.g. --${option} 10`);
}
