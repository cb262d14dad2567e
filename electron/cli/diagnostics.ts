import { open, readFile } from 'node:fs/promises';
import { homedir, release, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Check } from '../../shared/contract/gen/server_pb.ts';
import type { CliContext } from './context.ts';
import { openExportFile } from './exportFile.ts';
import { serviceStatusJson } from './statusJson.ts';
import { tarFile } from './tarFile.ts';
import { cliVersion } from './version.ts';
import { withoutSecrets } from './withoutSecrets.ts';

/** Most of a log that goes into a report, bytes: its end, where the trouble is. */
const MAX_LOG_BYTES = 1024 * 1024;
/** Files of MICRO_HOME that help; none of them is meant to hold a secret, and all are cleaned all the same. */
const FILES = ['settings.json', 'state.json', 'desktop/preferences.json', 'desktop/window.json'];
const LOGS = ['logs/server.log', 'logs/desktop.log'];

/**
 * Writes what a person who helps wants to see: versions, checks, states, settings and the app's own logs, as a `.tar.gz`.
 * Logs of services stay out, and so does everything that looks like a secret. Resolves with the names of what is inside.
 */
export async function writeDiagnostics(
  context: CliContext,
  file: string,
  checks: readonly Check[],
  replace: boolean,
): Promise<string[]> {
  const secrets = await knownSecrets(context.home);
  const texts: [string, string][] = [
    ['about.json', json(about(context))],
    ['checks.json', json(checks.map(({ name, status, text, next }) => ({ name, status, text, next })))],
    ['status.json', await status(context)],
  ];
  for (const name of FILES) {
    const text = await readFile(join(context.home, name), 'utf8').catch(() => undefined);
    if (text !== undefined) texts.push([name, text]);
  }
  for (const name of LOGS) {
    const text = await lastPart(join(context.home, name));
    if (text !== undefined) texts.push([name, text]);
  }
  const folder =
    basename(file)
      .replace(/(\.tar)?\.[^.]*$/, '')
      .slice(0, 40) || 'micro';
  const entries = texts.map(([name, text]) => ({
    name: `${folder}/${name}`,
    data: Buffer.from(withoutSecrets(text, secrets)),
  }));
  const output = await openExportFile(file, replace);
  output.write(await promisify(gzip)(tarFile(entries, Date.now())));
  await output.close();
  return texts.map(([name]) => name);
}

function about(context: CliContext): object {
  const { node, electron } = process.versions as NodeJS.ProcessVersions & { electron?: string };
  return {
    micro: cliVersion,
    node,
    electron: electron ?? null,
    platform: process.platform,
    arch: process.arch,
    system: release(),
    memoryMb: Math.round(totalmem() / 1_048_576),
    home: context.home.replace(homedir(), '~'),
    at: new Date().toISOString(),
  };
}

async function status(context: CliContext): Promise<string> {
  try {
    const { client } = await context.connect();
    const { services } = await client.desktop.status({}, { signal: context.signal });
    return json(services.map(serviceStatusJson));
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : String(error) });
  }
}

/** Values that must not appear whatever they look like: the token of the server, and the key of the config's secrets. */
async function knownSecrets(home: string): Promise<string[]> {
  const server = await readFile(join(home, 'server.json'), 'utf8').catch(() => '');
  const token = /"token"\s*:\s*"([^"]+)"/.exec(server)?.[1];
  const key = (await readFile(join(home, 'secret.key'), 'utf8').catch(() => '')).trim();
  return [token, key].filter((value): value is string => value !== undefined && value !== '');
}

async function lastPart(path: string): Promise<string | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, MAX_LOG_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    // A cut line could be the rest of a secret whose name is gone.
    return size > length ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    await handle.close();
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
