import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { detectLevel } from '../../../shared/lib/logLevels.ts';
import { listFolder } from '../host/files.ts';
import { FrameBuffer } from './frameBuffer.ts';
import { decodeFileHeader, FILE_HEADER_BYTES, FrameFlag, FrameWalker, STREAMS } from './logFrame.ts';
import { MAX_LINE_BYTES, SEGMENT_BYTES } from './logSettings.ts';
import type { LogStream } from './logStore.ts';
import { PART_HEADER_BYTES } from './partSpool.ts';
import { indexName, longName, parseRunFile, partName, segmentName } from './runFiles.ts';
import { readRange } from './segmentReader.ts';
import { SegmentIndex } from './segmentIndex.ts';
import { SegmentWriter } from './segmentWriter.ts';

/** What was found of a run that a crash of the server ended. */
export interface RecoveredRun {
  run: number;
  /** Time of its last record; 0 when it has none. */
  lastUs: number;
}

/**
 * Puts the files of a service in order after a crash of the server: a record that was written only in part is cut off, an
 * unfinished line that was saved becomes a record, missing indexes are written. Only runs without an index need a look.
 * Must be called before anything writes to the folder.
 */
export async function recoverRuns(folder: string): Promise<RecoveredRun[]> {
  const names = await listFolder(folder);
  const runs = new Map<number, { segments: number[]; indexes: Set<number>; parts: LogStream[] }>();
  const of = (run: number) => {
    const known = runs.get(run) ?? { segments: [], indexes: new Set<number>(), parts: [] };
    runs.set(run, known);
    return known;
  };
  for (const name of names) {
    const file = parseRunFile(name);
    if (file?.kind === 'segment') of(file.run).segments.push(file.segment);
    else if (file?.kind === 'index') of(file.run).indexes.add(file.segment);
    else if (file?.kind === 'part') of(file.run).parts.push(file.stream as LogStream);
  }
  const recovered: RecoveredRun[] = [];
  for (const [run, { segments, indexes, parts }] of runs) {
    const unfinished = segments.filter((segment) => !indexes.has(segment));
    if (unfinished.length === 0 && parts.length === 0) continue;
    let lastUs = 0;
    for (const segment of unfinished.sort((a, b) => a - b)) {
      lastUs = Math.max(lastUs, await finishSegment(folder, run, segment));
    }
    for (const stream of parts) lastUs = Math.max(lastUs, await recoverPart(folder, run, segments, stream));
    recovered.push({ run, lastUs });
  }
  return recovered;
}

/** Cuts what is torn, writes the index; resolves with the time of the last record. */
async function finishSegment(folder: string, run: number, segment: number): Promise<number> {
  const path = join(folder, segmentName(run, segment));
  const bytes = await readFile(path);
  const header = decodeFileHeader(bytes);
  if (!header) {
    // Not even the header was written: nothing is in it.
    await rm(path, { force: true });
    return 0;
  }
  const index = new SegmentIndex(FILE_HEADER_BYTES);
  const walker = new FrameWalker(bytes, header.baseUs, FILE_HEADER_BYTES);
  while (walker.next()) index.add(walker.at, walker.end, walker.timeUs, walker.level, walker.flags);
  if (index.end < bytes.length) {
    const file = await open(path, 'r+');
    await file.truncate(index.end);
    await file.close();
  }
  await writeFile(join(folder, indexName(run, segment)), index.encode(), { mode: 0o600 });
  return index.lastUs;
}

/** Makes the saved unfinished line of a stream the last record of its run, unless its record was written. */
async function recoverPart(folder: string, run: number, segments: number[], stream: LogStream): Promise<number> {
  const path = join(folder, partName(run, stream));
  const { size } = await stat(path);
  if (size <= PART_HEADER_BYTES) {
    await rm(path, { force: true });
    return 0;
  }
  const head = await readRange(path, 0, PART_HEADER_BYTES + MAX_LINE_BYTES);
  const line = head.readDoubleLE(0);
  const startedUs = head.readDoubleLE(8);
  const last = segments.length > 0 ? Math.max(...segments) : 0;
  const before = last > 0 ? await readLast(folder, run, last, line) : undefined;
  if (before?.hasLine) {
    await rm(path, { force: true });
    return before.lastUs;
  }
  const trueBytes = size - PART_HEADER_BYTES;
  const cut = trueBytes > MAX_LINE_BYTES;
  const baseUs = before?.baseUs ?? startedUs;
  const timeUs = Math.max(startedUs, before?.lastUs ?? 0);
  const buffer = new FrameBuffer();
  buffer.add(
    STREAMS.indexOf(stream),
    FrameFlag.unended | FrameFlag.wide | FrameFlag.escape | (cut ? FrameFlag.cut : 0),
    detectLevel(head.toString('latin1', PART_HEADER_BYTES, PART_HEADER_BYTES + 512)),
    timeUs - baseUs,
    line,
    head,
    PART_HEADER_BYTES,
    head.length,
    trueBytes,
  );
  // A segment of its own: the ones before stay as they are.
  const nobody = { handleFinished: () => {}, handleDeleted: () => {} };
  const writer = new SegmentWriter(folder, run, baseUs, nobody, SEGMENT_BYTES, {
    segment: last,
    recordsBefore: before?.records ?? 0,
  });
  await writer.write(buffer);
  await writer.close();
  segments.push(last + 1);
  if (cut) await rename(path, join(folder, longName(run, line)));
  else await rm(path, { force: true });
  return timeUs;
}

async function readLast(
  folder: string,
  run: number,
  segment: number,
  line: number,
): Promise<{ hasLine: boolean; lastUs: number; baseUs: number; records: number } | undefined> {
  const bytes = await readFile(join(folder, segmentName(run, segment))).catch(() => undefined);
  const header = bytes ? decodeFileHeader(bytes) : undefined;
  if (!bytes || !header) return undefined;
  const walker = new FrameWalker(bytes, header.baseUs, FILE_HEADER_BYTES);
  let hasLine = false;
  let records = header.recordsBefore;
  while (walker.next()) {
    records++;
    if (walker.line === line) hasLine = true;
  }
  return { hasLine, lastUs: walker.timeUs, baseUs: header.baseUs, records };
}
