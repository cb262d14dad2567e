import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createProcessTable } from './host/systemProcessTable.ts';
import type { ProcessTable } from './host/processTable.ts';
import type { ServerFile } from './serverFile.ts';

/** The folder of all our data: what was asked for, else MICRO_HOME, else `~/.micro`. Always absolute. */
export function microHome(asked: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const chosen = asked || env.MICRO_HOME;
  return chosen ? resolve(chosen) : join(homedir(), '.micro');
}

/**
 * The server that runs for a MICRO_HOME, or undefined. What a server left behind when it was killed does not count: its
 * process must be alive and be the same one (pids are used again). Reads the file by hand, without the schema library,
 * since every command line waits for this.
 */
export async function findServer(
  home: string,
  table: Pick<ProcessTable, 'get'> = createProcessTable(),
): Promise<ServerFile | undefined> {
  let text: string;
  try {
    text = await readFile(join(home, 'server.json'), 'utf8');
  } catch {
    return undefined;
  }
  const file = parseServerFile(text);
  if (!file) return undefined;
  const process = await table.get(file.pid);
  return process?.startTime === file.startTime ? file : undefined;
}

function parseServerFile(text: string): ServerFile | undefined {
  let value: Partial<Record<keyof ServerFile, unknown>>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  const { pid, startTime, version, gateway, proxy, token } = value ?? {};
  if (typeof pid !== 'number' || ![startTime, version, gateway, proxy, token].every((v) => typeof v === 'string')) {
    return undefined;
  }
  return { pid, startTime, version, gateway, proxy, token } as ServerFile;
}
