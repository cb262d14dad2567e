import { usageError } from './usageError.ts';

/** Metadata from `--metadata name=value` options; a later one wins. */
export function parseMetadata(lines: readonly string[] = []): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at <= 0) throw usageError(`--metadata "${line}" is not name=value`, 'for example: --metadata source=import');
    metadata[line.slice(0, at)] = line.slice(at + 1);
  }
  return metadata;
}
