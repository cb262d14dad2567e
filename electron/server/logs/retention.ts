import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder } from '../host/files.ts';
import type { LogSettings } from './logSettings.ts';
import { parseRunFile } from './runFiles.ts';

/** One segment file with everything that goes when it goes. */
interface StoredSegment {
  service: string;
  run: number;
  segment: number;
  bytes: number;
  modifiedMs: number;
  files: string[];
}

/** What was removed of one service, and for what reason in words. */
export interface RemovedLogs {
  service: string;
  segments: number;
  bytes: number;
  /** Runs of which nothing is left, and the run that lost its beginning. */
  wholeRuns: number[];
  cutRun: number | undefined;
  reason: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes the oldest segment files until the limits hold: first what is too old, then of each service what is above its
 * own limit, then, above the limit in all, always of the service that has most. Files that are written now stay.
 */
export async function applyRetention(
  folder: string,
  services: readonly string[],
  settings: LogSettings,
  nowMs: number,
  isActive: (service: string, run: number) => boolean,
): Promise<RemovedLogs[]> {
  const byService = new Map<string, StoredSegment[]>();
  for (const service of services) byService.set(service, await storedSegments(join(folder, service), service));
  const removed = new Map<string, RemovedLogs>();

  /** Takes the oldest removable segment of a service; undefined when there is none. */
  const oldest = (service: string): StoredSegment | undefined => {
    const segments = byService.get(service) ?? [];
    const first = segments[0];
    if (!first) return undefined;
    // The last file of a run that goes on is being written.
    return segments[1]?.run !== first.run && isActive(service, first.run) ? undefined : first;
  };
  const remove = async (stored: StoredSegment, reason: string): Promise<void> => {
    const segments = byService.get(stored.service) as StoredSegment[];
    segments.shift();
    for (const file of stored.files) await rm(file, { force: true });
    const entry = removed.get(stored.service) ?? {
      service: stored.service,
      segments: 0,
      bytes: 0,
      wholeRuns: [],
      cutRun: undefined,
      reason,
    };
    entry.segments++;
    entry.bytes += stored.bytes;
    if (segments[0]?.run === stored.run) entry.cutRun = stored.run;
    else {
      entry.wholeRuns.push(stored.run);
      entry.cutRun = undefined;
    }
    removed.set(stored.service, entry);
  };
  const sizeOf = (service: string): number => (byService.get(service) ?? []).reduce((sum, { bytes }) => sum + bytes, 0);

  for (const service of services) {
    const limitMs = settings.maxAgeDays > 0 ? nowMs - settings.maxAgeDays * DAY_MS : Number.NEGATIVE_INFINITY;
    for (let next = oldest(service); next && next.modifiedMs < limitMs; next = oldest(service)) {
      await remove(next, `older than ${settings.maxAgeDays} days`);
    }
    let size = sizeOf(service);
    for (let next = oldest(service); next && size > settings.maxServiceBytes; next = oldest(service)) {
      await remove(next, `more than ${sizeText(settings.maxServiceBytes)} of one service`);
      size -= next.bytes;
    }
  }
  const sizes = new Map(services.map((service) => [service, sizeOf(service)]));
  let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  while (total > settings.maxTotalBytes) {
    const candidates = [...sizes].filter(([service]) => oldest(service) !== undefined);
    const noisiest = candidates.sort((a, b) => b[1] - a[1])[0]?.[0];
    const next = noisiest === undefined ? undefined : oldest(noisiest);
    if (!next) break;
    await remove(next, `more than ${sizeText(settings.maxTotalBytes)} of all services`);
    total -= next.bytes;
    sizes.set(next.service, (sizes.get(next.service) ?? 0) - next.bytes);
  }
  return [...removed.values()];
}

/** Bytes that the logs of some services take, everything that belongs to them counted. */
export async function storedBytes(folder: string, services: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const service of services) {
    for (const stored of await storedSegments(join(folder, service), service)) bytes += stored.bytes;
  }
  return bytes;
}

/** The sentence that stands in the log where lines were removed. */
export function removalText({ bytes, wholeRuns, cutRun, reason }: RemovedLogs): string {
  const parts: string[] = [];
  if (wholeRuns.length === 1) parts.push(`run ${wholeRuns[0]}`);
  else if (wholeRuns.length > 1) parts.push(`runs ${wholeRuns[0]} to ${wholeRuns.at(-1)}`);
  if (cutRun !== undefined) parts.push(`the beginning of run ${cutRun}`);
  return `old lines were removed: ${parts.join(' and ')} (${sizeText(bytes)}; ${reason})`;
}

function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Segments of a service, oldest first. Files of whole lines and indexes go with the segment that they belong to. */
async function storedSegments(folder: string, service: string): Promise<StoredSegment[]> {
  const segments: StoredSegment[] = [];
  const others: { run: number; file: string }[] = [];
  for (const name of await listFolder(folder)) {
    const file = parseRunFile(name);
    if (!file) continue;
    const path = join(folder, name);
    if (file.kind === 'long') others.push({ run: file.run, file: path });
    if (file.kind !== 'segment') continue;
    const facts = await stat(path).catch(() => undefined);
    if (!facts) continue;
    segments.push({
      service,
      run: file.run,
      segment: file.segment,
      bytes: facts.size,
      modifiedMs: facts.mtimeMs,
      files: [path, path.replace(/\.log$/, '.idx')],
    });
  }
  segments.sort((a, b) => a.run - b.run || a.segment - b.segment);
  for (const { run, file } of others) {
    // Which segment of the run a long line is in is not known from its name: it goes with the last one.
    const owner = segments.filter((segment) => segment.run === run).at(-1) ?? segments[0];
    if (!owner) continue;
    owner.bytes += (await stat(file).catch(() => undefined))?.size ?? 0;
    owner.files.push(file);
  }
  return segments;
}
