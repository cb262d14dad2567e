import { usageError } from './usageError.ts';

/** Variables from `--env NAME=value` options; a later one wins. */
export function parseEnv(lines: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at <= 0) throw usageError(`--env "${line}" is not NAME=value`, 'for example: --env LOG_LEVEL=debug');
    env[line.slice(0, at)] = line.slice(at + 1);
  }
  return env;
}

/** For commander: an option that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
