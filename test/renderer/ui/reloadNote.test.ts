import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { reloadNote, servesOldVersion, swapNoteMs } from '../../../renderer/ui/reloadNote.ts';
import type { ServiceSchema } from '../../../shared/contract/gen/state_pb.ts';
import { makeService } from '../../helpers/renderer/services.ts';

const NOW = 1_000_000;
const live = { instances: [{ id: 'a', pid: 7 }] };
const noteOf = (init: MessageInitShape<typeof ServiceSchema>) =>
  reloadNote(makeService({ name: 'orders', ...init }), NOW);

describe('what is said of build and reload', () => {
  it('is first that a build failed, and who serves', () => {
    const build = { status: 'failed', message: 'exit code 1' };
    const reload = { state: 'failed', file: 'src/a.ts', files: 1 };
    expect(noteOf({ build, reload, ...live })).toEqual({ tone: 'bad', text: 'build failed, old version serving' });
    expect(noteOf({ build, reload })).toEqual({ tone: 'bad', text: 'build failed' });
    expect(servesOldVersion(makeService({ build, ...live }))).toBe(true);
    expect(servesOldVersion(makeService({ build }))).toBe(false);
  });

  it('names the files behind what goes on', () => {
    expect(noteOf({ reload: { state: 'swapping', file: 'src/a.ts', files: 1 } })?.text).toBe('swapping · a.ts');
    expect(noteOf({ reload: { state: 'building', file: 'src\\a.ts', files: 4 } })?.text).toBe(
      'building · a.ts, 3 more',
    );
    expect(noteOf({ reload: { state: 'failed', file: 'a.ts', files: 1 }, ...live })?.text).toBe(
      'reload failed, old version serving · a.ts',
    );
  });

  it('tells of a swap for a while and not for ever', () => {
    const reload = { state: 'watching', file: 'a.ts', files: 1, lastMs: 412.4, at: NOW - swapNoteMs + 1 };
    expect(noteOf({ reload })).toEqual({ tone: 'ok', text: 'swapped in 412 ms · a.ts' });
    expect(noteOf({ reload: { ...reload, at: NOW - swapNoteMs } })).toBeUndefined();
  });

  it.each(['', 'off', 'self', 'watching'])('is nothing in the state "%s"', (state) => {
    expect(noteOf({ reload: { state } })).toBeUndefined();
  });
});
