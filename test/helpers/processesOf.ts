import { readdir, readFile } from 'node:fs/promises';

/** A process as tests look at it. */
export interface SeenProcess {
  pid: number;
  command: string;
  /** Value of MICRO_SERVICE_NAME in its environment; empty for what is no service. */
  service: string;
}

const SERVICE = 'MICRO_SERVICE_NAME=';

/**
 * Processes whose environment holds the given `NAME=value`, zombies left out. Reads /proc itself: what is under test must
 * not be its own witness. Linux only.
 */
export async function processesWith(variable: string): Promise<SeenProcess[]> {
  const found: SeenProcess[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    const variables = environment.split('\0');
    if (!variables.includes(variable)) continue;
    const service = variables.find((text) => text.startsWith(SERVICE))?.slice(SERVICE.length) ?? '';
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command !== '') found.push({ pid, command: command.replace(/\0/g, ' ').trim(), service });
  }
  return found;
}
