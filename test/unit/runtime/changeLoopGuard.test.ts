import { beforeEach, describe, expect, it } from 'vitest';
import { ChangeLoopGuard } from '../../../electron/server/runtime/changeLoopGuard.ts';

let nowMs = 0;
let guard: ChangeLoopGuard;
const file = '/app/server.js';

/** A save that is told in steps some ms apart, then a reload that gets ready before anything else changes. */
function saveAndReload(steps = 1): void {
  for (let step = 0; step < steps; step++) {
    guard.noteChange(file);
    nowMs += 3;
  }
  guard.noteReload([file]);
  nowMs += 200;
  guard.noteReady();
  nowMs += 300;
}

beforeEach(() => {
  nowMs = 1_000_000;
  guard = new ChangeLoopGuard(() => nowMs);
});

describe('the guard against services that write what they watch', () => {
  it('lets a save every half second pass at once, however many steps it is told in', () => {
    for (let save = 0; save < 40; save++) {
      saveAndReload(8);
      expect(guard.verdict).toBe('fine');
    }
  });

  it('never lets a person wait, who saves one file again and again as people do', () => {
    for (let save = 0; save < 60; save++) {
      guard.noteChange(file);
      expect(guard.verdict).toBe('fine');
      saveAndReload();
      nowMs += 200 + ((save * 7919) % 5) * 400;
    }
  });

  it('looks closer when one file reloads in the rhythm of a program, and only at that file', () => {
    for (let save = 0; save < 40; save++) saveAndReload();
    guard.noteChange('/app/other.js');
    expect(guard.verdict).toBe('fine');
    guard.noteChange(file);
    expect(guard.verdict).toBe('suspicious');
    // It reloads every 500 ms, so a program that goes on by itself writes again within that.
    expect(guard.holdMs).toBeCloseTo(600);
  });

  it('lets a script that saves in a rhythm wait once, and then not before twice as many saves', () => {
    const waits: number[] = [];
    for (let save = 1; save <= 200; save++) {
      guard.noteChange(file);
      if (guard.verdict === 'suspicious') waits.push(save);
      expect(guard.verdict).not.toBe('own');
      saveAndReload();
    }
    expect(waits).toEqual([41, 121]);
  });

  it('does not look at a rhythm so slow that nobody could tell it from a person', () => {
    for (let save = 0; save < 60; save++) {
      saveAndReload();
      nowMs += 3000;
      guard.noteChange(file);
      expect(guard.verdict).toBe('fine');
    }
  });

  it('forgets the rhythm of a file when another one reloads', () => {
    for (let save = 0; save < 40; save++) saveAndReload();
    guard.noteReload(['/app/other.js']);
    guard.noteReady();
    nowMs += 500;
    guard.noteChange(file);
    expect(guard.verdict).toBe('fine');
  });

  it('knows a writer that goes on while it is looked at', () => {
    for (let save = 0; save < 40; save++) saveAndReload();
    for (let write = 0; write < 4; write++) {
      expect(guard.verdict).not.toBe('own');
      guard.noteChange(file);
      nowMs += 400;
    }
    expect(guard.verdict).toBe('own');
  });

  it('knows a file that changes in each start before the service is ready', () => {
    for (let start = 0; start < 4; start++) {
      expect(guard.verdict).not.toBe('own');
      guard.noteReload([file]);
      nowMs += 50;
      guard.noteChange(file);
      nowMs += 50;
      guard.noteReady();
    }
    expect(guard.verdict).toBe('own');
  });

  it('lets a person save again and again while a slow service starts', () => {
    for (let save = 0; save < 60; save++) {
      guard.noteReload([file]);
      nowMs += 700 + ((save * 7919) % 5) * 400;
      guard.noteChange(file);
      expect(guard.verdict).toBe('fine');
    }
  });

  it('knows a file that a slow start or its build writes each time, by the same time that it takes', () => {
    for (let start = 0; start < 10; start++) {
      expect(guard.verdict).not.toBe('own');
      guard.noteReload([file]);
      nowMs += 5000 + ((start * 7919) % 5) * 400;
      guard.noteChange(file);
    }
    expect(guard.verdict).toBe('own');
  });
});
