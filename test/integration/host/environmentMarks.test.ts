import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentMarks } from '../../../electron/server/host/environmentMarks.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let proc: string;
let nowMs: number;
let marks: EnvironmentMarks;

async function start(pid: number, ...entries: string[]): Promise<void> {
  await mkdir(join(proc, String(pid)), { recursive: true });
  await writeFile(join(proc, `${pid}/environ`), entries.map((entry) => `${entry}\0`).join(''));
}

/** In order: they come as they were read. */
const found = async (...pids: number[]): Promise<Record<string, number[]>> =>
  Object.fromEntries(
    [...(await marks.byValue(pids))].map(([value, those]) => [value, [...those].sort((a, b) => a - b)]),
  );

beforeEach(async () => {
  proc = await tempFolder('proc');
  await mkdir(join(proc, 'sys/kernel'), { recursive: true });
  // 40,000 numbers: two seconds pass before one can come again.
  await writeFile(join(proc, 'sys/kernel/pid_max'), '40000\n');
  nowMs = 5000;
  marks = new EnvironmentMarks(proc, 'MARK', () => nowMs);
});

describe('marks in the environment of processes', () => {
  it('are found by whole names, and what cannot be read has none', async () => {
    await start(11, 'A=1', 'MARK=one', 'B=2');
    await start(12, 'MARK=one');
    await start(13, 'NOMARK=one', 'X=MARK=one');
    expect(await found(11, 12, 13, 14)).toEqual({ one: [11, 12] });
  });

  it('are read anew while a process may still be between its fork and its exec', async () => {
    await start(11, 'PARENT=1');
    expect(await found(11)).toEqual({});
    nowMs += 100;
    await start(11, 'MARK=mine');
    expect(await found(11)).toEqual({ mine: [11] });
  });

  it('are not looked for again afterwards, as long as the number cannot belong to another process', async () => {
    await start(11, 'PARENT=1');
    await found(11);
    nowMs += 600;
    await found(11);
    await start(11, 'MARK=another');
    nowMs += 600;
    expect(await found(11)).toEqual({});
    nowMs += 2000;
    expect(await found(11)).toEqual({ another: [11] });
  });

  it('of a process that has ended and is not reaped yet are gone', async () => {
    await start(11, 'MARK=mine');
    await found(11);
    nowMs += 600;
    expect(await found(11)).toEqual({ mine: [11] });
    await start(11);
    expect(await found(11)).toEqual({});
  });

  it('of a number that was free in between are read at once', async () => {
    await start(11, 'PARENT=1');
    await found(11);
    nowMs += 600;
    await found(11);
    expect(await found()).toEqual({});
    await start(11, 'MARK=another');
    expect(await found(11)).toEqual({ another: [11] });
  });
});
